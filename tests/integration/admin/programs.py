"""A real drayd with its admin API, and drayctl that talks to it.

    with Drayd(folder, "--threads", "2") as drayd:
        drayd.ctl("status").stdout          drayd.http("GET", "/metrics")          drayd.port("mqtt")
"""
import http.client
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from waiting import DEADLINE_S, wait_for  # noqa: E402

PROGRAMS = {}


def drayctl(*arguments, environment=None):
    return subprocess.run([PROGRAMS["drayctl"], *map(str, arguments)], capture_output=True, text=True,
                          timeout=6 * DEADLINE_S, env={**os.environ, **(environment or {})}, check=False)


class Drayd:
    def __init__(self, folder, *arguments, admin="127.0.0.1:0"):
        self.log_file = pathlib.Path(folder) / "drayd.log"
        with open(self.log_file, "a") as log:
            self.process = subprocess.Popen(
                [PROGRAMS["drayd"], "--mqtt", "127.0.0.1:0", "--ws=", "--admin", admin, *map(str, arguments)],
                stdout=subprocess.PIPE, stderr=log)
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("ready"):
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"not ready: {line!r}\n{self.log()}")
        self.listeners = [part.split("=", 1) for part in line.split()[1:]]
        self.address = {}  # by kind: the first of each
        for kind, address in self.listeners:
            self.address.setdefault(kind, address)

    def log(self):
        return self.log_file.read_text()

    def port(self, kind):
        return int(self.address[kind].rsplit(":", 1)[1])

    def ctl(self, *arguments, code=0):
        """What drayctl answered; its exit code is as expected."""
        done = drayctl("--admin", self.address["admin"], *arguments)
        assert done.returncode == code, f"drayctl {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def ctl_json(self, *arguments):
        return json.loads(self.ctl("--json", *arguments).stdout)

    def http(self, method, path, body=None, headers=None):
        """Status and body; JSON is parsed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port("admin"), timeout=DEADLINE_S)
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        connection.request(method, path, text, headers or {})
        answer = connection.getresponse()
        content = answer.read().decode()
        if "json" in (answer.getheader("Content-Type") or ""):
            content = json.loads(content)
        connection.close()
        return answer.status, content

    def headers(self, path, headers=None):
        """Of the answer to GET, which must be 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port("admin"), timeout=DEADLINE_S)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 200, f"{path}: {answer.status}"
        return dict(answer.getheaders())

    def stop(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        return self.process.wait(DEADLINE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdout.close()
        status = self.stop() if self.process.poll() is None else self.process.returncode
        # The test may have killed it. If it has ended by itself, that is why the test has failed.
        if status not in (0, -signal.SIGKILL):
            raise AssertionError(f"drayd's exit status is {status}\n{self.log()}")


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]")
    PROGRAMS["drayd"], PROGRAMS["drayctl"] = sys.argv.pop(1), sys.argv.pop(1)
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
