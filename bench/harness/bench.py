"""One run's servers and cookies, and how a load on one stack is measured."""
from harness import asker, wrk
from harness.desk import Desk, cpu_seconds, memory_mib
from harness.front import Front
from harness.redis_server import RedisServer
from harness.sessions import ATTRIBUTES


class Bench:
    """Starts the backends of these stacks and an nginx in front of them, and logs one user in at each. `with` ends it."""

    def __init__(self, options, stacks):
        self.options, self.stacks = options, stacks
        self.desk = Desk(options.build)
        try:
            self.start()
        except BaseException:
            self.desk.close()
            raise

    def start(self):
        self.redis = RedisServer(self.desk)
        self.backends = list({id(stack.backend): stack.backend for stack in self.stacks}.values())
        for backend in self.backends:
            backend.start(self.desk, self.redis)
        self.front = Front(self.desk, self.stacks)
        self.cookies = {b.name: b.log_in(self.front, ATTRIBUTES) for b in self.backends if b.checks}
        for stack in self.stacks:
            if stack.backend.checks:
                self.front.verify(stack, self.cookies[stack.backend.name])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.desk.close()

    def cookie(self, stack):
        """Of a stack that checks nothing: one as long as the gateway's."""
        return self.cookies.get(stack.backend.name) or self.cookies.get("memory") or "session=v1.k1." + "x" * 87

    def watched(self, stack):
        """Whose CPU time counts for a stack."""
        watched = {"nginx": self.front.pids()}
        if stack.backend.pids():
            watched["backend"] = stack.backend.pids()
        if stack.backend.uses_redis:
            watched["redis"] = self.redis.pids()
        return watched

    def measure(self, stack, connections, cookie=None):
        """One load of wrk, all answers of which are successes: what it says, and CPU in µs per request as cpu_*."""
        return self.with_cpu(stack, lambda: wrk.run_clean(self.front.url(stack.name), connections, self.options.seconds,
                                                          cookie=cookie or self.cookie(stack)))

    def measure_users(self, stack, connections, cookies):
        """The same with one of the cookies in that file picked at random for each request, by asker."""
        return self.with_cpu(stack, lambda: asker.run_clean(self, stack.name, connections, self.options.seconds, cookies))

    def with_cpu(self, stack, load):
        watched = self.watched(stack)
        before = {who: cpu_seconds(pids) for who, pids in watched.items()}
        result = load()
        for who, pids in watched.items():
            result[f"cpu_{who}"] = round((cpu_seconds(pids) - before[who]) / result["count"] * 1e6, 2)
        return result

    def memory(self, stack):
        """MiB of the backend's processes now."""
        return round(memory_mib(stack.backend.pids()), 1) if stack.backend.pids() else None


def rounds(options, cases):
    """{name: [result of each round]}: every case in turn in each round. `cases`: {name: function that measures}."""
    results = {name: [] for name in cases}
    for number in range(options.rounds):
        for name, measure in cases.items():
            results[name].append(measure())
            label = name if isinstance(name, str) else " ".join(map(str, name))
            options.say(f"  round {number + 1} of {options.rounds}: {label}: {results[name][-1]['rate']:,.0f}/s")
    return results
