"""Runs cases and lint on them, and compares."""
import asyncio
import time

from lint_proof.lint import lint_all
from lint_proof.probe import probe
from lint_proof.running import Running, lacks_echo


# How many are under way at a time. Each waits for other processes most of the time, and more so on a machine that has other work.
GROUPS_AT_ONCE = 3
CASES_AT_ONCE = 8


async def at_once(number, items, work):
    """Awaits work(item) for every item, in their order, for so many at a time."""
    waiting = iter(items)

    async def in_turn():
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(number):
            group.create_task(in_turn())


class Result:
    def __init__(self, case, opened, findings):
        self.case, self.opened, self.findings = case, opened, findings

    @property
    def warnings(self):
        return sorted({f"{one.severity} {one.rule}" for one in self.findings if one.warns()})

    @property
    def is_gap(self):
        """Open, and lint does not say so. Who only learns a session cookie is told so as advice."""
        kinds = {opened.kind for opened in self.opened}
        return bool(kinds) and not self.warnings and not (kinds == {"cookie"} and self.findings)

    def __str__(self):
        lines = [f"=== {self.case.name}", self.case.text.rstrip()]
        lines += [f"  open: {str(opened)[:400]}" for opened in self.opened]
        lines += [f"  lint: {finding}" for finding in self.findings] or ["  lint says nothing"]
        return "\n".join(lines)


class Proof:
    def __init__(self, program, conf):
        self.program, self.conf = program, conf
        self.requests, self.refused, self.left_out, self.seconds = 0, [], 0, {"start": 0.0, "lint and probe": 0.0}

    async def run(self, cases):
        """The results, in the order of the cases. What nginx does not take is in `refused`; what needs a module that it has not, is counted in
        `left_out`."""
        groups = [[case for case in cases if not case.alone], *([case] for case in cases if case.alone)]
        results = {}
        await at_once(GROUPS_AT_ONCE, filter(None, groups), lambda group: self.run_together(group, results))
        return [results[id(case)] for case in cases if id(case) in results]

    async def run_together(self, cases, results):
        began = time.monotonic()
        async with Running(self.program, self.conf, cases) as running:
            taken = [case for case in cases if case.id not in running.refused]
            refused = [(case.name, running.refused[case.id]) for case in cases if case.id in running.refused]
            self.refused += [(name, why) for name, why in refused if not lacks_echo(why)]
            self.left_out += sum(lacks_echo(why) for _, why in refused)
            began = self.took("start", began)
            lint = asyncio.create_task(asyncio.to_thread(lint_all, self.program, running.top, taken))
            opened = await self.probe_all(running, taken)
            findings = await lint
            results.update({id(case): Result(case, opened[case.id], findings[case.id]) for case in taken})
            self.took("lint and probe", began)

    async def probe_all(self, running, cases):
        """What is open in each case, by its id."""
        opened = {}

        async def one(case):
            opened[case.id], requests = await probe(running, case)
            self.requests += requests

        await at_once(CASES_AT_ONCE, cases, one)
        return opened

    def took(self, what, began):
        now = time.monotonic()
        self.seconds[what] += now - began
        return now
