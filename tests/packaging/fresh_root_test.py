#!/usr/bin/env python3
"""The packages in a fresh root of their distribution: installed, run by systemd under the unit's restrictions, upgraded
while VMs are on their way, removed and purged.

usage: fresh_root_test.py DIRECTORY   or SLIPWAY_PACKAGES=DIRECTORY: where tools/package has put the packages

Some minutes, as root; skipped where there is nothing to look at or nothing to do it with.
"""
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "repository"))
from fresh_root import FreshRoot, eventually, missing  # noqa: E402
from hardening import protections, wanted  # noqa: E402

SUITES = {"deb12": "bookworm", "deb13": "trixie"}
MOST_EXPOSED = 1.1  # of 10, as systemd-analyze security reckons
TOKEN = "0123456789abcdef" * 4
SIM = "http://127.0.0.1:8081"
THROUGH = {"SLIPWAY_API": "unix:/run/slipway/slipway.sock"}
UNIT = "/usr/lib/systemd/system/slipwayd.service"
BASE = ("systemd-sysv", "dbus", "openssh-server", "openssh-client", "python3")
SETTINGS = f"""HCLOUD_ENDPOINT={SIM}/v1
HETZNER_PROVISIONING_ENABLED=true
CREDENTIAL_ENCRYPTION_KEY_FILE=/etc/slipway/encryption_key
SLIPWAY_SSH_PORT=2222
SLIPWAY_LATE_GRACE_SECS=2
"""
SIM_UNIT = f"""[Service]
ExecStart=/usr/bin/hetzner-sim --listen {SIM.removeprefix("http://")} --token {TOKEN} --state /root/sim.json \\
    --ssh-base 127.1.0.0 --ssh-port 2222 --boot-ms 4000
"""


def relabelled(file, version, into):
    """The same package under another version: what was there before."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["dpkg-deb", "--raw-extract", file, directory + "/x"], check=True)
        control = pathlib.Path(directory, "x/DEBIAN/control")
        control.write_text(re.sub(r"(?m)^Version: .*$", "Version: " + version, control.read_text(encoding="utf-8")),
                           encoding="utf-8")
        made = os.path.join(into, os.path.basename(file).replace("_", "-before_", 1))
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", directory + "/x", made], check=True,
                       stdout=subprocess.DEVNULL)
    return made


class Scenario:
    """One root's life, in this order; what a step leaves is what the next begins with."""

    def __init__(self, files, suite):
        self.files, self.root = files, FreshRoot(suite)
        self.before = tempfile.TemporaryDirectory(prefix="slipway-before-")

    def version(self):
        return self.root.must("dpkg-query", "--show", "--showformat=${Version}", "slipwayd")

    def service(self, what):
        return self.root.must("systemctl", "show", "--value", f"--property={what}", "slipwayd.service").strip()

    def slipway(self, *arguments):
        return self.root.must("slipway", "--json", *arguments, **THROUGH)

    def states(self):
        return {vm["name"]: vm["state"] for vm in json.loads(self.slipway("server", "list", "--all"))}

    def journal(self):
        return self.root.ask("journalctl", "--unit=slipwayd", "--no-pager", "--lines=40").stdout

    def is_up(self):
        state = self.service("ActiveState")
        if state == "failed":
            raise AssertionError("slipwayd.service failed:\n" + self.journal())
        return state == "active"

    def hardened(self):
        """every program in the packages is hardened"""
        programs = []
        needed = wanted(cet=False)  # Debian's start files do not say that they take part, so none of its programs does
        for file in self.files:
            with tempfile.TemporaryDirectory() as directory:
                FreshRoot.run_here("dpkg-deb", "--extract", file, directory)
                for program in glob.glob(directory + "/usr/bin/*"):
                    lacking = needed - protections(program)
                    assert not lacking, f"{os.path.basename(program)} lacks {', '.join(sorted(lacking))}"
                    programs.append(os.path.basename(program))
        assert sorted(programs) == ["hetzner-sim", "slipway", "slipway-log", "slipwayd"], programs

    def install(self):
        """the version before installs in a fresh root, where nothing runs"""
        self.root.create(*BASE)
        older = [relabelled(file, "0.0.9", self.before.name) for file in self.files]
        self.root.install(*older)
        for link in ("ssh.service", "ssh.socket", "systemd-networkd.service"):
            self.root.ask("systemctl", "mask", link)
        self.root.write("/etc/slipway/slipwayd.env", SETTINGS)
        self.root.write("/etc/slipway/encryption_key", "ab" * 32 + "\n", 0o640)
        self.root.must("chgrp", "slipway", "/etc/slipway/encryption_key")
        self.root.write("/etc/credstore/hcloud_token", TOKEN + "\n", 0o600)
        self.root.write("/etc/systemd/system/hetzner-sim.service", SIM_UNIT)

    def opinion(self):
        """systemd-analyze: the unit is valid, and its exposure at most 1.1 of 10"""
        self.root.must("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", UNIT)
        said = self.root.must("systemd-analyze", "security", "--offline=yes", "--no-pager",
                              UNIT)
        figure = re.search(r"Overall exposure level for slipwayd.service: ([0-9.]+)", said)
        print(f"# exposure {figure.group(1)} of 10")
        assert float(figure.group(1)) <= MOST_EXPOSED, said

    def started(self):
        """booted, systemd starts slipwayd under its restrictions, as the user slipway and with its directories closed"""
        self.root.boot()
        self.root.must("systemctl", "start", "hetzner-sim.service")
        eventually(self.is_up, 30, "slipwayd.service")
        owners = self.root.must("stat", "--format=%U:%G %a %n", "/var/lib/slipway", "/run/slipway",
                                "/run/slipway/slipway.sock", "/etc/credstore")
        assert owners.splitlines() == ["slipway:slipway 700 /var/lib/slipway", "slipway:slipway 750 /run/slipway",
                                       "slipway:slipway 660 /run/slipway/slipway.sock", "root:root 700 /etc/credstore"], owners
        status = self.root.must("cat", f"/proc/{self.service('MainPID')}/status")
        assert re.search(r"(?m)^Seccomp:\s*2$", status) and re.search(r"(?m)^CapBnd:\s*0+$", status), status
        assert "root" not in self.root.must("ps", "-o", "user=", "-p", self.service("MainPID"))

    def upgrade(self):
        """an upgrade while three VMs are on their way: the daemon is another one, and each gets its one server"""
        self.root.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/.ssh/id_ed25519")
        self.slipway("server", "create", "web", "--count", "3", "--server-type", "cx23", "--location", "nbg1",
                     "--no-wait", "--yes")
        eventually(lambda: "server_created" in self.states().values(), 30, "a server of a VM on its way")
        assert "active" not in self.states().values(), self.states()
        was, pid = self.version(), self.service("MainPID")
        self.root.install(*self.files)
        assert (was, self.version()) == ("0.0.9", self.of_file("Version")), self.version()
        eventually(self.is_up, 30, "slipwayd.service after the upgrade")
        assert self.service("MainPID") != pid, "the daemon of the version before still runs"
        eventually(lambda: set(self.states().values()) == {"active"}, 120, "three active VMs")
        assert len(self.states()) == 3 and self.servers() == 3, (self.states(), self.servers())
        self.root.must("runuser", "-u", "slipway", "--", "slipway-log", "--db", "sqlite:/var/lib/slipway/slipway.db", "verify")

    def of_file(self, field):
        return FreshRoot.run_here("dpkg-deb", "--field", self.files[0], field).strip()

    def servers(self):
        script = ("import urllib.request, json; r = urllib.request.Request('%s/v1/servers', headers={'Authorization': "
                  "'Bearer %s'}); print(len(json.load(urllib.request.urlopen(r))['servers']))" % (SIM, TOKEN))
        return int(self.root.must("python3", "-c", script))

    def reload(self):
        """systemctl reload: the same process has read its secrets again"""
        pid = self.service("MainPID")
        self.root.must("systemctl", "reload", "slipwayd.service")
        eventually(lambda: "the secrets were read again" in self.journal(), 20, "the secrets read again")
        assert self.service("MainPID") == pid and self.is_up()

    def settings_kept(self):
        """a setting that an administrator has changed is still there after the upgrade"""
        assert self.root.at("/etc/slipway/slipwayd.env").read_text(encoding="utf-8") == SETTINGS

    def removed(self):
        """removed: neither program nor unit, the database stays; installed again: the VMs are known"""
        self.root.must("apt-get", "remove", "-y", "-q", "slipwayd")
        assert not self.root.at("/usr/bin/slipwayd").exists()
        assert self.root.ask("systemctl", "is-active", "slipwayd.service").stdout.strip() != "active"
        assert self.root.at("/var/lib/slipway/slipway.db").exists()
        self.root.install(*self.files)
        eventually(self.is_up, 30, "slipwayd.service, installed again")
        assert set(self.states().values()) == {"active"} and len(self.states()) == 3, self.states()

    def purged(self):
        """purged: says what it takes and what goes on costing, and takes that and no more"""
        said = self.root.must("apt-get", "purge", "-y", "-q", "slipwayd")
        assert "deleting /var/lib/slipway" in said and "managed-by=slipway" in said, said
        left = [path for path in ("/var/lib/slipway", "/etc/slipway/slipwayd.env", "/run/slipway")
                if self.root.at(path).exists()]
        assert not left, left
        assert self.root.at("/etc/credstore/hcloud_token").exists() and self.servers() == 3

    STEPS = (hardened, install, opinion, started, upgrade, settings_kept, reload, removed, purged)


def main(directory):
    files = sorted(glob.glob(os.path.join(directory, "*.deb"))) if directory else []
    suite = next((SUITES[mark] for mark in SUITES if files and f"+{mark}_" in files[0]), None)
    why = missing() or ("" if suite else f"no packages of Debian 12 or 13 in '{directory}': tools/package makes them, and tools/package --check runs this")
    if why:
        print(f"1..0 # SKIP {why}")
        return 0
    scenario = Scenario(files, suite)
    print(f"1..{len(Scenario.STEPS)}")
    try:
        for number, step in enumerate(Scenario.STEPS, 1):
            try:
                step(scenario)
            except (AssertionError, subprocess.SubprocessError, OSError, ValueError) as failed:
                print(f"not ok {number} - {suite}: {step.__doc__}")
                print("\n".join("# " + line for line in str(failed).splitlines()))
                return 1
            print(f"ok {number} - {suite}: {step.__doc__}", flush=True)
    finally:
        scenario.root.close()
        scenario.before.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SLIPWAY_PACKAGES", "")))
