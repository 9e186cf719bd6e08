"""Makes configurations: each building block by itself in several sites, and then pairs, by chance from one seed."""
import itertools
import random

from lint_proof import blocks_check, blocks_modules, blocks_phases, blocks_places, blocks_weaker, blocks_words  # noqa: F401 (they register)
from lint_proof.block import BLOCKS, DoesNotFit
from lint_proof.site import Site

KINDS = ("files", "files", "alias", "proxy", "proxy", "proxy", "fastcgi", "uwsgi", "grpc")
PLACES = ("", "", "", "^~", "^~", "=", "~")
LEVELS = ("login", "login", "admin", "session")
PAIRED = 0.3  # of all


def is_site(kind, place):
    return (kind, place) != ("alias", "~")  # which needs a capture


def some_site(rng):
    while True:
        kind, place = rng.choice(KINDS), rng.choice(PLACES)
        if is_site(kind, place):
            return Site(kind, place, rng.choice(LEVELS))


def plain_sites():
    """Every site without a block: all of them are closed."""
    for kind, place, level in itertools.product(sorted(set(KINDS)), sorted(set(PLACES)), sorted(set(LEVELS))):
        if is_site(kind, place):
            site = Site(kind, place, level)
            site.used.append(f"plain {kind} {place} {level}")
            yield site.case()


def with_blocks(rng, blocks):
    """A site with these blocks; None if they do not fit into any of some."""
    for _ in range(40):
        site = some_site(rng)
        try:
            for add in blocks:
                add(site, rng)
                site.used.append(add.__name__)
            return site.case()
        except DoesNotFit:
            continue
    return None


def generate(seed, count):
    """As many cases, no two of them alike. The seed decides all of them."""
    rng, seen = random.Random(seed), set()
    cases, turn = [], 0
    while len(cases) < count and turn < 20 * count:
        alone = turn % 10 >= 10 * PAIRED
        blocks = [BLOCKS[turn % len(BLOCKS)]] if alone else rng.sample(BLOCKS, 2)
        turn += 1
        case = with_blocks(rng, blocks)
        if case and case.text not in seen:
            seen.add(case.text)
            cases.append(case)
    return cases
