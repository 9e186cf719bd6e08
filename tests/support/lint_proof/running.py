"""A private nginx with all cases in it, in front of the real gateway and of applications that tell what they received."""
import asyncio
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

from lint_proof import client
from lint_proof.application import LOGIN, LOGINS, Applications
from lint_proof.case import MAIN, SETTINGS

DEADLINE = 60  # seconds until a server listens
ECHO = "/usr/lib/nginx/modules/ngx_http_echo_module.so"
OWN = """    server {
        listen unix:@TOP@/login.sock;
        include @CONF@/session-gateway-server.conf;
        location / { include @CONF@/session-gateway-public.conf; proxy_pass http://app; }
    }
    server {
        listen unix:@TOP@/app_grpc.sock http2;
        underscores_in_headers on;
        location / {
            default_type text/html;
            set $who "x-auth-request-user: $http_x_auth_request_user\\nx-auth-request-email: $http_x_auth_request_email";
            return 200 "\\n[[app_grpc\\n:uri $request_uri\\n$who\\nx-auth-request-groups: $http_x_auth_request_groups\\ncookie: $http_cookie\\n]]\\n";
        }
    }
"""


def has_echo():
    """Debian's package nginx-light brings the echo module, for the nginx of the same Debian alone."""
    return os.path.exists(ECHO) and not os.environ.get("SESSION_TEST_NGINX")


def lacks_echo(why):
    """Whether nginx does not take a case because it has no such module."""
    return not has_echo() and 'unknown directive "echo' in why


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Running:
    """`async with Running(program, conf, cases)`: nginx takes every case, or names those that it does not in `refused`."""

    def __init__(self, program, conf, cases):
        self.program, self.conf, self.cases = program, conf, list(cases)
        self.top = tempfile.mkdtemp(prefix="lint-proof-")
        self.processes, self.refused, self.cookies, self.ports = [], {}, {}, {}
        self.applications = Applications(self.top)

    async def __aenter__(self):
        try:
            self.write()
            await self.applications.start()
            self.start("gateway", self.program, "serve", "--config", f"{self.top}/gateway.yaml")
            await self.until_listening(f"{self.top}/gateway.sock")
            self.drop_refused()
            self.start("nginx", *self.nginx())
            await self.until_listening(f"{self.top}/login.sock")
            for name in LOGINS:
                self.cookies[name] = await self.log_in(name)
        except BaseException:
            self.stop()
            raise
        return self

    async def __aexit__(self, *_):
        self.stop()

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def whole(self, text):
        main = MAIN.replace("@MODULES@", f"load_module {ECHO};\n" if has_echo() else "").replace("@CASES@", text)
        if os.geteuid() == 0:
            main = "user root;\n" + main
        return main.replace("@TOP@", self.top).replace("@CONF@", str(self.conf))

    def write(self):
        top = pathlib.Path(self.top)
        (top / "gateway.yaml").write_text(SETTINGS.replace("@TOP@", self.top))
        for number, case in enumerate(self.cases):
            case.id = f"c{number}"
            here = top / case.id
            here.mkdir()
            case.write_files(top)
            self.ports[case.id] = free_port() if case.is_tcp() else ""
            (here / "case.conf").write_text(case.rendered(top, self.conf, self.ports[case.id]))
            (here / "nginx.conf").write_text(self.whole(f"include {here}/case.conf;\n"))

    def nginx(self):
        found = os.environ.get("SESSION_TEST_NGINX") or shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin") or "nginx"
        return found, "-p", self.top, "-e", f"{self.top}/nginx.log", "-c", f"{self.top}/all.conf"

    def drop_refused(self):
        """Leaves out what nginx does not take, one after the other as nginx names them; if it names none, it is asked for each."""
        while True:
            lines = "".join(f"include {self.top}/{case.id}/case.conf;\n" for case in self.cases if case.id not in self.refused)
            (pathlib.Path(self.top) / "all.conf").write_text(self.whole(lines + OWN))
            problem = self.problem_of("all.conf")
            if not problem:
                return
            named = re.search(r" in \S*/(c\d+)/case\.conf:\d+", problem)
            before = len(self.refused)
            if named:
                self.refused[named.group(1)] = problem
            else:
                self.refused.update({case.id: why for case in self.cases if (why := self.problem_of(f"{case.id}/nginx.conf"))})
            if len(self.refused) == before:
                raise RuntimeError(problem)

    def problem_of(self, file):
        """What nginx has against a configuration; empty if nothing."""
        done = subprocess.run([*self.nginx()[:-1], f"{self.top}/{file}", "-t"], capture_output=True, text=True)
        if done.returncode == 0:
            return ""
        return next((line for line in done.stderr.splitlines() if "[emerg]" in line), done.stderr)

    def start(self, name, *command):
        with open(f"{self.top}/{name}.out", "w") as out:
            self.processes.append(subprocess.Popen(command, stdout=out, stderr=out))

    async def until_listening(self, path):
        process = self.processes[-1]
        async with asyncio.timeout(DEADLINE):
            while True:
                try:
                    _, writer = await asyncio.open_unix_connection(path)
                    writer.close()
                    return
                except OSError:
                    if process.poll() is not None:
                        raise RuntimeError(f"{process.args[0]} did not start: {pathlib.Path(self.top, 'nginx.log').read_text()}") from None
                    await asyncio.sleep(0.02)  # a process that is started can only be polled

    async def log_in(self, name):
        connect = lambda: asyncio.open_unix_connection(f"{self.top}/login.sock")
        (answer,) = await client.ask(connect, [client.Request("POST", LOGIN + name)])
        cookie = answer.header("set-cookie").split(";")[0]
        if not cookie:
            raise RuntimeError(f"no login of {name}: {answer.status} {answer.body}")
        return cookie

    def connect(self, case):
        """To the case's server. By TCP from an address that no allow list has."""
        if case.is_tcp():
            return asyncio.open_connection("127.0.0.1", self.ports[case.id], local_addr=("127.0.0.2", 0))
        return asyncio.open_unix_connection(f"{self.top}/{case.id}/http.sock")
