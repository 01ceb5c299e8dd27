"""A Debian of its own in a directory, as small as debootstrap makes it, and booted: its systemd is process 1 of a
container that has no network but its own loopback.

Needs root, debootstrap and systemd-nspawn; missing() says which of them are not there.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAMS = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux",
            "dpkg-deb": "dpkg", "readelf": "binutils"}


def missing():
    """What keeps a fresh root from being made here; empty: nothing."""
    if os.geteuid() != 0:
        return "it must be run as root"
    return ", ".join(f"there is no {program} (package {package})" for program, package in PROGRAMS.items()
                     if not shutil.which(program))


def eventually(condition, seconds, what):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


class FreshRoot:
    def __init__(self, suite):
        self.suite = suite
        self.directory = tempfile.mkdtemp(prefix=f"slipway-{suite}-")
        self.path = pathlib.Path(self.directory, "root")  # one that others may look into, too
        self.container = None
        self.leader = None

    def create(self, *packages):
        self.run_here("debootstrap", "--variant=minbase", "--include=" + ",".join(packages), self.suite, str(self.path))
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)  # nothing is started before it is booted

    @staticmethod
    def run_here(*command):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def at(self, path):
        return self.path / path.lstrip("/")

    def write(self, path, text, mode=0o644):
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def boot(self):
        self.at("/usr/sbin/policy-rc.d").unlink()
        self.container = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--private-network",
             "--resolv-conf=off", "--link-journal=no", f"--machine=slipway-{self.suite}-{os.getpid()}",
             f"--directory={self.path}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "UNIFIED_CGROUP_HIERARCHY": "yes"})
        eventually(self.has_leader, 30, "the container's first process")
        eventually(lambda: self.ask("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"), 90,
                   "the container's systemd")

    def has_leader(self):
        if self.container.poll() is not None:
            raise AssertionError(f"systemd-nspawn ended with {self.container.returncode}: {self.container.stderr.read()}")
        pid = self.container.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for child in children:
            if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="utf-8") == "systemd\n":
                self.leader = child
        return self.leader

    def ask(self, *command, timeout=120, **settings):
        """Runs a command in there, booted or not; what came of it."""
        if self.leader:
            way = ["nsenter", "--target", self.leader, "--all", "--root", "--wd", "--"]
        else:
            way = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", f"--directory={self.path}"]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
                       "DEBIAN_FRONTEND=noninteractive", *(f"{name}={value}" for name, value in settings.items())]
        return subprocess.run([*way, *environment, *command], capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=timeout)

    def must(self, *command, **settings):
        """The same for what has to succeed: all that it said."""
        done = self.ask(*command, **settings)
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}"
        return done.stdout + done.stderr

    def install(self, *files):
        """Package files of this machine, and what they depend on."""
        place = self.at("/root/packages")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        names = [shutil.copy(file, place) for file in files]
        return self.must("apt-get", "install", "-y", "-q", *("/root/packages/" + os.path.basename(name) for name in names),
                         timeout=600)

    def close(self):
        if self.container:
            self.container.send_signal(signal.SIGTERM)
            try:
                self.container.wait(20)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
