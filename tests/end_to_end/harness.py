"""Real processes for the end-to-end tests: hetzner-sim with its SSH servers, and slipway with a database of its own.

A test file makes a unittest suite and calls run(); the result is TAP, one line per test. Programs are found through
SLIPWAY_BUILD (set by meson). Nothing here sleeps for a fixed time to let something happen: eventually() asks until it is so.
"""
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
import loopback  # noqa: E402

BUILD = os.environ["SLIPWAY_BUILD"]
SLIPWAY = os.path.join(BUILD, "adapters/cli/slipway")
SLIPWAY_LOG = os.path.join(BUILD, "tools/slipway-log/slipway-log")
SIM = os.path.join(BUILD, "tools/hetzner-sim/hetzner-sim")
# Sanitizers make programs several times slower; waiting longer costs nothing where things go well.
PATIENCE = float(os.environ.get("SLIPWAY_TEST_PATIENCE", "1"))

TOKEN = "e2e0token0e2e0token0e2e0token0e2e0token0e2e0token0e2e0token0e2e0"
NETWORK = loopback.own_network()
ADDRESSES = iter(range(10, 250))


def eventually(condition, seconds=20.0, what="the condition"):
    """Returns the condition's first true value; fails after so many seconds."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds * PATIENCE:.0f} s")
        time.sleep(0.01)


class Sim:
    """One simulated Hetzner with its own loopback addresses for VMs. Ends with close()."""

    def __init__(self, *options, ssh=True, token=TOKEN, directory=None):
        net = f"{NETWORK}.{next(ADDRESSES)}.0"  # a simulator's own, in the test program's own
        self.log = tempfile.TemporaryFile()
        command = [SIM, "--listen", "127.0.0.1:0", "--token", token, *options]
        for name, value in (("--boot-ms", "150"), ("--create-ms", "30")):
            if name not in options:
                command += [name, value]
        if ssh:
            command += ["--ssh-base", net, "--ssh-port", "2222"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=directory)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.process.wait(5)
            self.log.seek(0)
            raise RuntimeError(f"hetzner-sim did not start: {line!r} {self.log.read().decode(errors='replace')}")
        self.url = line.split()[1].rstrip("/")
        self.token = token

    def call(self, method, path, body=None, token=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        if path.startswith("/v1"):
            request.add_header("Authorization", "Bearer " + (token or self.token))
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def fault(self, name, spec="once"):
        self.call("POST", "/_sim/faults", {"name": name, "spec": spec})

    def clear_faults(self):
        self.call("DELETE", "/_sim/faults")

    def servers(self):
        return self.call("GET", "/v1/servers?per_page=50")["servers"]

    def keys(self):
        return self.call("GET", "/v1/ssh_keys?per_page=50")["ssh_keys"]

    def requests(self, *, method=None, prefix="/v1/"):
        """What programs asked for, without what this class asks."""
        mine = {"/v1/servers?per_page=50", "/v1/ssh_keys?per_page=50"}
        log = self.call("GET", "/_sim/requests")
        log = log if isinstance(log, list) else log["requests"]
        return [r for r in log if r["path"].startswith(prefix) and r["path"] not in mine and (method is None or r["method"] == method)]

    def add_key(self, name, public_key):
        return self.call("POST", "/v1/ssh_keys", {"name": name, "public_key": public_key})["ssh_key"]

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Home:
    """A user's machine: a home with one SSH key, a database, a simulator to talk to."""

    def __init__(self, sim, **settings):
        self.sim = sim
        self.directory = tempfile.mkdtemp(prefix="slipway-e2e-")
        os.mkdir(os.path.join(self.directory, ".ssh"), 0o700)
        self.key = os.path.join(self.directory, ".ssh", "id_ed25519")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tester", "-f", self.key], check=True)
        self.database = os.path.join(self.directory, "slipway.db")
        self.settings = settings

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("SLIPWAY_", "HCLOUD_", "HETZNER_", "XDG_"))}
        env.update(
            HOME=self.directory,
            HCLOUD_TOKEN=self.sim.token if self.sim else TOKEN,
            HCLOUD_ENDPOINT=(self.sim.url + "/v1") if self.sim else "http://127.0.0.1:1/v1",
            SLIPWAY_DATABASE_URL="sqlite:" + self.database,
            SLIPWAY_SSH_PORT="2222",
            SLIPWAY_SERVER_TYPES="cx23",
            SLIPWAY_LOCATIONS="nbg1",
            SLIPWAY_SSH_TIMEOUT_SECS="60",
            SLIPWAY_LATE_GRACE_SECS="2",
        )
        if os.geteuid() != 0:
            env["SLIPWAY_SSH_USER"] = subprocess.check_output(["id", "-un"], text=True).strip()
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update({k: str(v) for k, v in {**self.settings, **more}.items()})
        return {k: v for k, v in env.items() if v != ""}

    def start(self, *arguments, **more):
        return subprocess.Popen([SLIPWAY, *arguments], env=self.environment(**more), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.directory)

    def slipway(self, *arguments, timeout=90, **more):
        process = self.start(*arguments, **more)
        try:
            out, err = process.communicate(timeout=timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"slipway {' '.join(arguments)} did not end; stderr:\n{err}\nlog:\n{self.log_text()}")
        return Finished(process.returncode, out, err)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def log(self, *arguments):
        return subprocess.run([SLIPWAY_LOG, "--db", "sqlite:" + self.database, *arguments], text=True,
                              capture_output=True, env=self.environment(), timeout=60 * PATIENCE)

    def log_text(self):
        done = self.log("events")
        return done.stdout + done.stderr

    def events(self, stream=None):
        done = self.log("events", *([stream] if stream else []), "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def types(self, stream=None):
        return [e["type"] for e in self.events(stream)]

    def vms(self):
        return json.loads(self.slipway("server", "list", "--all", "--json").stdout)

    def ssh(self, address, command):
        """The user's own way in, with the host key that slipway recorded and no other."""
        vm = next(v for v in self.vms() if v["ipv4"] == address)
        known = self.write("known_hosts", "".join(f"[{address}]:2222 {key}\n" for key in vm["host_keys"]))
        user = self.environment().get("SLIPWAY_SSH_USER", "root")
        return subprocess.run(
            ["ssh", "-i", self.key, "-p", "2222", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
             "-o", "UserKnownHostsFile=" + known, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-F", "/dev/null",
             f"{user}@{address}", command],
            capture_output=True, text=True, timeout=30 * PATIENCE)

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


class Finished:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.stdout, self.stderr = out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class Case(unittest.TestCase):
    """A test with a simulator and a home; both are made on demand and end with the test."""

    longMessage = True

    def sim(self, *options, **more):
        sim = Sim(*options, **more)
        self.addCleanup(sim.close)
        return sim

    def home(self, sim, **settings):
        home = Home(sim, **settings)
        self.addCleanup(home.close)
        return home

    def small_disk(self, size):
        """A file system of its own."""
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        small = tempfile.mkdtemp(prefix="slipway-small-")
        self.addCleanup(os.rmdir, small)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", small], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("this machine does not allow to mount a file system")
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        return small

    def fill(self, small, leave=0):
        """Fills a small disk but for so many bytes; to be removed again: the file whose name it returns."""
        filler = os.path.join(small, "filler")
        with open(filler, "wb", buffering=0) as file:
            room = os.statvfs(small)
            try:
                file.write(b"\0" * (room.f_bavail * room.f_frsize - leave))
            except OSError as e:  # somebody else wrote meanwhile: full it is
                self.assertEqual((leave, e.errno), (0, errno.ENOSPC))
        return filler

    def assert_log_verifies(self, home):
        done = home.log("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class TapResult(unittest.TestResult):
    count = 0

    def _line(self, ok, test, note="", directive=""):
        self.count += 1
        print(f"{'ok' if ok else 'not ok'} {self.count} - {test.shortDescription() or test.id()}{directive}")
        for line in note.splitlines():
            print("# " + line)
        sys.stdout.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(False, test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._line(False, test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:  # else the test as a whole says so
            failed = issubclass(err[0], test.failureException)
            self._line(False, subtest, (self.failures if failed else self.errors)[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(True, test, directive=" # SKIP " + reason)


def run(module="__main__"):
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    if len(sys.argv) > 1:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules[module])
    result = TapResult()
    suite.run(result)
    print(f"1..{result.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
