"""The servers and cookies of one run, and the measurement of a load on one contender."""
import random

from harness import load_client, wrk
from harness.nginx_front import NginxFront
from harness.redis_server import RedisServer
from harness.sandbox import Sandbox, cpu_seconds, memory_mib
from harness.sessions import ATTRIBUTES


class Bench:
    """Starts the backends of the contenders and an nginx in front of them, and logs one user in at each. `with` stops them all."""

    def __init__(self, options, contenders):
        self.options, self.contenders = options, contenders
        self.sandbox = Sandbox(options.build)
        try:
            self.start()
        except BaseException:
            self.sandbox.close()
            raise

    def start(self):
        self.redis = RedisServer(self.sandbox)
        self.backends = list({id(contender.backend): contender.backend for contender in self.contenders}.values())
        for backend in self.backends:
            backend.start(self.sandbox, self.redis)
        self.front = NginxFront(self.sandbox, [c for c in self.contenders if not c.backend.alone])
        self.own_fronts = {c.backend.name: NginxFront(self.sandbox, [c], name=f"nginx-{c.backend.name}")
                           for c in self.contenders if c.backend.alone}
        self.cookies = {b.name: b.log_in(self.front_of(b), ATTRIBUTES) for b in self.backends if b.checks}
        for contender in self.contenders:
            if contender.backend.checks:
                self.front_of(contender.backend).verify(contender, self.cookies[contender.backend.name])

    def front_of(self, backend):
        """The nginx that asks a backend."""
        return self.own_fronts.get(backend.name, self.front)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.close()

    def cookie(self, contender):
        """The contender's cookie. For a contender that checks nothing: a cookie as long as the gateway's."""
        return self.cookies.get(contender.backend.name) or self.cookies.get("memory") or "session=v1.k1." + "x" * 87

    def watched(self, contender):
        """The processes whose CPU time counts for a contender, by their role."""
        watched = {"nginx": self.front_of(contender.backend).pids()}
        if contender.backend.pids():
            watched["backend"] = contender.backend.pids()
        if contender.backend.uses_redis:
            watched["redis"] = self.redis.pids()
        return watched

    def measure(self, contender, connections, cookie=None):
        """Runs one load of wrk. Every response must be a success. Returns its result, with the CPU in µs per request as cpu_*."""
        url = self.front_of(contender.backend).url(contender.name)
        return self.with_cpu(contender, lambda: wrk.run_clean(url, connections, self.options.seconds, cookie=cookie or self.cookie(contender)))

    def measure_users(self, contender, connections, cookies, rate="max"):
        """As measure(), by load_client: each request has a random cookie of the file. `rate`: requests per second."""
        return self.with_cpu(contender, lambda: load_client.run_clean(self, contender.name, connections, self.options.seconds, cookies, rate))

    def with_cpu(self, contender, load):
        watched = self.watched(contender)
        before = {who: cpu_seconds(pids) for who, pids in watched.items()}
        result = load()
        for who, pids in watched.items():
            result[f"cpu_{who}"] = round((cpu_seconds(pids) - before[who]) / result["count"] * 1e6, 2)
        return result

    def memory(self, contender):
        """The memory of the backend's processes in MiB, now; None if it has no process."""
        return round(memory_mib(contender.backend.pids()), 1) if contender.backend.pids() else None


def rounds(options, cases, most=None):
    """Measures every case once per round. The order changes from round to round, so that no case always follows the same one; it
    follows from options.seed. `cases`: {name: function that measures}. `most`: the most rounds, of what takes long. Returns
    {name: [result of each round]}."""
    results, order = {name: [] for name in cases}, random.Random(options.seed)
    for number in range(min(options.rounds, most or options.rounds)):
        for name in order.sample(list(cases), len(cases)):
            results[name].append(cases[name]())
            label = name if isinstance(name, str) else " ".join(map(str, name))
            options.say(f"  round {number + 1} of {options.rounds}: {label}: {results[name][-1]['rate']:,.0f}/s")
    return results
