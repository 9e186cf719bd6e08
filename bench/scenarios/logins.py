"""Logins of 20,000 subjects, beside the same sessions without a subject, and beside --other."""
import os

from contenders import Contender
from contenders.gateway import Gateway
from harness import wrk
from harness.bench import Bench, rounds
from harness.populate import create_command
from harness.sessions import ATTRIBUTES

CONNECTIONS = 32
SUBJECTS = 20000
MAX_KIB = 8 << 20  # more than all sessions need: none is evicted


def attributes(member):
    """ATTRIBUTES with the subject under another name, of the same length as `user`, if that is to be nobody's."""
    return {member: "user-@subject@", **{name: value for name, value in ATTRIBUTES.items() if name != "user"}}


def log_in(bench, contender, member):
    """Runs one load of logins. Redis is emptied before, so that every round begins with the same."""
    if contender.backend.uses_redis:
        bench.redis.command("FLUSHALL", "SYNC")
    command = create_command(bench, contender.backend, attributes(member), "/dev/null", seconds=bench.options.seconds, subjects=SUBJECTS,
                             connections=CONNECTIONS)
    return bench.with_cpu(contender, lambda: wrk.clean(wrk.run_command(command), contender.name))


def run(options):
    contenders = {store: Contender(store, Gateway(store, max_kib=MAX_KIB if store == "memory" else None), True)
                  for store in ("memory", "redis")}
    # Short names: nginx's variables are prefixed with them, and its regular expressions allow only 32 characters.
    others = {store: Contender(f"o-{store}", Gateway(store, f"o-{store}", max_kib=contenders[store].backend.max_kib,
                                                     program=os.path.abspath(options.other)), True)
              for store in contenders if options.other}
    with Bench(options, [*contenders.values(), *others.values()]) as bench:
        cases = {}
        for store, contender in contenders.items():
            cases[store] = lambda s=contender: log_in(bench, s, "user")
            cases[f"{store} nobody's"] = lambda s=contender: log_in(bench, s, "whom")
            if others:
                cases[f"{store} other"] = lambda s=others[store]: log_in(bench, s, "user")
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "subjects": SUBJECTS, "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
