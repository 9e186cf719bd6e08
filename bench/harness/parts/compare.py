"""Every stack, 32 connections, one hot session."""
from harness.bench import Bench, rounds
from harness.stacks import compared

CONNECTIONS = 32


def run(options):
    stacks = [stack for stack in compared() if not options.stacks or stack.name in options.stacks]
    with Bench(options, stacks) as bench:
        cases = {stack.name: lambda s=stack: bench.measure(s, CONNECTIONS) for stack in stacks}
        results = rounds(options, cases)
        return {"connections": CONNECTIONS, "stacks": [
            {"name": stack.name, "title": stack.backend.title, "options": stack.backend.options, "kept": stack.kept,
             "verified": stack.backend.checks, "memory_mib": bench.memory(stack), "rounds": results[stack.name]}
            for stack in stacks]}
