"""A marketplace for the end-to-end tests: slipwayd on a database and a socket of its own, its API, and what providers
are sent. Extends harness.py."""
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from harness import BUILD, PATIENCE, SLIPWAY_LOG, eventually

SLIPWAYD = os.path.join(BUILD, "adapters/daemon/slipwayd")
SEALING_KEY = "0123456789abcdef" * 4


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def json(self):
        return json.loads(self.text)

    def __str__(self):
        return f"{self.status} {self.text}"


class Daemon:
    """A directory with a database, and slipwayd on it: started, stopped and killed as often as a test likes."""

    def __init__(self, sim, **settings):
        self.sim = sim
        self.directory = tempfile.mkdtemp(prefix="slipway-house-")
        self.database = os.path.join(self.directory, "slipway.db")
        self.socket = os.path.join(self.directory, "slipway.sock")
        self.stderr_path = os.path.join(self.directory, "slipwayd.log")
        self.settings = settings
        self.process = None
        self.keys = 0

    def environment(self, **more):
        kept = ("PATH", "HOME", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env.update(
            HOME=self.directory,
            HCLOUD_ENDPOINT=(self.sim.url + "/v1") if self.sim else "http://127.0.0.1:1/v1",
            SLIPWAY_DATABASE_URL="sqlite:" + self.database,
            SLIPWAY_LISTEN="unix:" + self.socket,
            CREDENTIAL_ENCRYPTION_KEY=SEALING_KEY,
            HETZNER_PROVISIONING_ENABLED="true",
            SLIPWAY_SSH_PORT="2222",
            SLIPWAY_SSH_TIMEOUT_SECS="60",
            SLIPWAY_LATE_GRACE_SECS="2",
        )
        if os.geteuid() != 0:
            env["SLIPWAY_SSH_USER"] = subprocess.check_output(["id", "-un"], text=True).strip()
        env.update({name: str(value) for name, value in {**self.settings, **more}.items()})
        return {name: value for name, value in env.items() if value != ""}

    def spawn(self, *arguments, **more):
        log = open(self.stderr_path, "ab")
        self.process = subprocess.Popen([SLIPWAYD, *arguments], env=self.environment(**more), cwd=self.directory,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        log.close()
        return self.process

    def start(self, **more):
        """Returns when it is ready."""
        self.spawn(**more)
        eventually(self.is_ready, 20, "slipwayd's readiness")
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"slipwayd ended with {self.process.returncode}:\n{self.log_lines()}")
        try:
            return self.api("GET", "/readyz", timeout=5).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20 * PATIENCE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log_lines(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    # ---- the API

    def api(self, method, path, body=None, timeout=60, **headers):
        connection = UnixConnection(self.socket, timeout * PATIENCE)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            data = None
            if body is not None:
                data = body if isinstance(body, (bytes, str)) else json.dumps(body)
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def must(self, status, method, path, body=None, **headers):
        answer = self.api(method, path, body, **headers)
        assert answer.status == status, f"{method} {path}: expected {status}, got {answer}\n{self.log_lines()[-3000:]}"
        return answer.json

    def provider(self, name="p1", token=None, **more):
        return self.must(200, "PUT", f"/v1/providers/{name}", {"hetzner_token": token or self.sim.token, **more})

    def offering(self, name="small", provider="p1", recipe=None, **config):
        body = {"provider": provider, "infra_backend": "hetzner",
                "infra_config": {"server_type": "cx23", "location": "nbg1", "image": "ubuntu-24.04", **config}}
        if recipe is not None:
            body["recipe_script"] = recipe
        return self.must(200, "PUT", f"/v1/offerings/{name}", body)

    def key_pair(self):
        self.keys += 1
        path = os.path.join(self.directory, f"buyer-{self.keys}")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "buyer", "-f", path], check=True)
        with open(path + ".pub", encoding="utf-8") as file:
            return path, file.read().strip()

    def contract(self, name, key=None, offering="small", **more):
        body = {"id": name, "offering": offering, "ssh_pubkey": key or self.key_pair()[1], **more}
        return self.must(202, "POST", "/v1/contracts", body)

    def show(self, name):
        return self.must(200, "GET", f"/v1/contracts/{name}")

    def end(self, name, how="cancel"):
        return self.must(202, "POST", f"/v1/contracts/{name}/{how}")

    def wait(self, name, *states, seconds=60):
        """Until the contract is in one of these states; its JSON then."""
        def there():
            contract = self.show(name)
            if contract["state"] in states:
                return contract
            ended = ("failed", "terminated", "termination_failed")
            assert contract["state"] not in ended, f"{contract}\n{self.log_lines()[-4000:]}"
            return None
        return eventually(there, seconds, f"{name} {'/'.join(states)}")

    def ssh(self, contract, key_path, command):
        """The buyer's own way in, with the host keys that the log has and no others."""
        active = next(e for e in self.events(contract["stream"]) if e["type"] == "activated")
        address = contract["instance_ip"]
        known = os.path.join(self.directory, "known_hosts-" + contract["stream"])
        with open(known, "w", encoding="utf-8") as file:
            file.writelines(f"[{address}]:2222 {key}\n" for key in active["data"]["host_keys"])
        user = self.environment().get("SLIPWAY_SSH_USER", "root")
        return subprocess.run(
            ["ssh", "-i", key_path, "-p", "2222", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
             "-o", "UserKnownHostsFile=" + known, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
             "-F", "/dev/null", f"{user}@{address}", command],
            capture_output=True, text=True, timeout=30 * PATIENCE)

    # ---- the log

    def slipway_log(self, *arguments):
        return subprocess.run([SLIPWAY_LOG, *arguments], text=True,
                              capture_output=True, env=self.environment(), timeout=120 * PATIENCE)

    def slipway_log_from(self, file, *arguments):
        return subprocess.run([SLIPWAY_LOG, *arguments], stdin=file, text=True,
                              capture_output=True, env=self.environment(), timeout=120 * PATIENCE)

    def events(self, stream=None):
        done = self.slipway_log("events", *([stream] if stream else []), "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]


class Telegram:
    """A stand-in for Telegram's Bot API that keeps what it is sent."""

    def __init__(self):
        self.messages = []
        self.status = 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if outer.status == 200:
                    outer.messages.append(body)
                text = b'{"ok":true}' if outer.status == 200 else b'{"ok":false,"description":"no"}'
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def texts(self):
        return [message["text"] for message in self.messages]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
