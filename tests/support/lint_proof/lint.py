"""What `session-gateway lint` says of a case."""
import concurrent.futures
import json
import os
import subprocess


OPENED_BY_WORD = ("pattern-takes-requests", "check-switched-off", "same-application-in-another-server")


class Finding:
    def __init__(self, of):
        self.rule, self.severity, self.file, self.line, self.text = (of[key] for key in ("rule", "severity", "file", "line", "text"))

    def __str__(self):
        return f"{os.path.basename(self.file)}:{self.line}: {self.severity}: {self.text} [{self.rule}]"

    def warns(self):
        """Whether an operator who reads it knows that a door is, or may be, open. Advice can say so too: of what can't be told, and of
        what the owner has opened by a word, as by `auth_request off`."""
        return self.severity == "danger" or "can't be told" in self.text or self.rule in OPENED_BY_WORD


def lint(program, nginx_conf, settings):
    """The findings; raises RuntimeError if it can't read the configuration."""
    done = subprocess.run([program, "lint", nginx_conf, "--config", settings, "--format", "json"], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"lint ends with {done.returncode}: {done.stdout}{done.stderr}")
    findings = [Finding(one) for one in json.loads(done.stdout)["findings"]]
    if bool(findings) != bool(done.returncode):
        raise RuntimeError(f"lint ends with {done.returncode}, and has {len(findings)} findings")
    return findings


def lint_all(program, top, cases):
    """The findings of each case, by its id."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {case.id: pool.submit(lint, program, f"{top}/{case.id}/nginx.conf", f"{top}/gateway.yaml") for case in cases}
        return {name: job.result() for name, job in jobs.items()}
