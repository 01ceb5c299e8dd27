"""Starts hetzner-sim for a test, talks to its API, and prints one TAP line per test function.

Every test script takes the program's path as its first argument:  main(globals(), 'hetzner-sim')  runs the functions
whose names start with test_, in the order of the file.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import loopback  # noqa: E402

NETWORK = loopback.own_network()
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "hetzner-sim"


class Skip(Exception):
    pass


def need_program(name):
    if shutil.which(name) is None:
        raise Skip(f"{name} is not installed")


def until(condition, seconds=10, what="the condition"):
    """Waits until condition() is true; returns what it returned."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.01)


def free_port(address):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Reply:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def json(self):
        return json.loads(self.text)


class Simulator:
    """A running hetzner-sim. Use as a context manager."""

    def __init__(self, *arguments, ssh=False):
        self.directory = tempfile.mkdtemp(prefix="sim-test-")
        self.arguments = ["--listen", "127.0.0.1:0", *arguments]
        self.ssh_port = None
        if ssh:
            base = f"{NETWORK}.1.0"
            self.ssh_port = free_port(base[:-1] + "1")
            self.arguments += ["--ssh-base", base, "--ssh-port", str(self.ssh_port)]
        self.stderr_path = os.path.join(self.directory, "stderr")
        try:
            self.start()
        except AssertionError:
            self.__exit__()
            raise

    def start(self):
        environment = dict(os.environ, TMPDIR=self.directory)
        with open(self.stderr_path, "ab") as errors:
            self.process = subprocess.Popen([PROGRAM, *self.arguments], stdout=subprocess.PIPE, stderr=errors,
                                            env=environment, text=True)
        line = self.process.stdout.readline().strip()
        assert line.startswith("ready http"), (line, self.errors())
        self.url = line.split(" ", 1)[1]
        scheme, _, self.address = self.url.partition("://")
        self.tls = scheme == "https"
        # Tests must not be led astray by the caller's own token or proxy.
        for name in ("HCLOUD_TOKEN", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            os.environ.pop(name, None)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(10)
        self.process.stdout.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def errors(self):
        with open(self.stderr_path) as f:
            return f.read()

    def ask(self, method, path, body=None, token="test-token", timeout=10, headers=None):
        if self.tls:
            connection = http.client.HTTPSConnection(self.address, timeout=timeout,
                                                     context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection(self.address, timeout=timeout)
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def fault(self, name, spec="once"):
        answer = self.ask("POST", "/_sim/faults", {"name": name, "spec": spec})
        assert answer.status == 201, answer.text

    def state(self, project="0"):
        return self.ask("GET", "/_sim/state").json["projects"][project]

    def requests(self):
        return self.ask("GET", "/_sim/requests").json

    def create(self, name="web1", **more):
        body = {"name": name, "server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1", **more}
        return self.ask("POST", "/v1/servers", body)

    def server(self, name):
        found = self.ask("GET", f"/v1/servers?name={name}").json["servers"]
        return found[0] if found else None

    def wait_running(self, name):
        return until(lambda: (s := self.server(name)) and s["status"] == "running" and s, what=f"{name} running")


def main(names):
    tests = [(name, f) for name, f in names.items() if name.startswith("test_") and callable(f)]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        title = name[5:].replace("_", " ")
        try:
            test()
            print(f"ok {number} - {title}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {title} # SKIP {reason}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {title}", flush=True)
    sys.exit(1 if failed else 0)
