"""Every contender, 32 connections, one hot session."""
from contenders import LUA, compared
from harness.bench import Bench, rounds

CONNECTIONS = 32


def run(options):
    contenders = [contender for contender in compared(options) if not options.contenders or contender.name in options.contenders]
    with Bench(options, contenders) as bench:
        cases = {contender.name: lambda s=contender: bench.measure(s, CONNECTIONS) for contender in contenders}
        results = rounds(options, cases)
        return {"connections": CONNECTIONS, "left_out": [] if options.lua_resty_session else list(LUA), "contenders": [
            {"name": contender.name, "title": contender.backend.title, "options": contender.backend.options, "kept": contender.kept,
             "verified": contender.backend.checks, "memory_mib": bench.memory(contender), "rounds": results[contender.name]}
            for contender in contenders]}
