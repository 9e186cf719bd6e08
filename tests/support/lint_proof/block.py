"""A building block: lines that somebody might write into a site, right or wrong. Which lines, chance decides."""

BLOCKS = []


class DoesNotFit(Exception):
    """The block makes no sense in this site."""


def block(add):
    """Registers a function (site, rng) that adds lines to a site."""
    BLOCKS.append(add)
    return add


def needs(condition):
    if not condition:
        raise DoesNotFit


def fresh(site, kind):
    """A name of http level that no other block and no other case has."""
    site.count = getattr(site, "count", 0) + 1
    return f"{kind}{site.count}_@ID@"
