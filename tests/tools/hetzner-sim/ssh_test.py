"""Real SSH to the simulated servers, with the OpenSSH client."""
import getpass
import os
import signal
import subprocess
import time

from sim import Simulator, Skip, main, need_program, until

USER = getpass.getuser()


def make_key(sim, name):
    path = os.path.join(sim.directory, name)
    if not os.path.exists(path):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    with open(path + ".pub") as f:
        return path, f.read().strip()


def ssh(sim, address, key, command, known=None, check=True, program="ssh", extra=()):
    hosts = os.path.join(sim.directory, "known_hosts")
    with open(hosts, "w") as f:
        if known:
            f.write(f"[{address}]:{sim.ssh_port} {known}\n")
    done = subprocess.run(
        [program, "-F", "none", "-i", key, "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=5",
         "-o", f"StrictHostKeyChecking={'yes' if known else 'no'}", "-o", f"UserKnownHostsFile={hosts}",
         "-o", "LogLevel=ERROR", "-p", str(sim.ssh_port), *extra, f"{USER}@{address}", command],
        capture_output=True, text=True, timeout=30)
    if check:
        assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
    return done


def runs(command):
    listing = subprocess.run(["ps", "ax", "-o", "args"], capture_output=True, text=True).stdout
    return any(line.strip() == command for line in listing.splitlines())


class Vm:
    """A simulator with one booted server, whose host key came in its user_data."""

    def __init__(self, *arguments, **more):
        for program in ("ssh", "ssh-keygen", "/usr/sbin/sshd"):
            need_program(program)
        self.sim = Simulator("--create-ms", "50", *(arguments or ["--boot-ms", "150"]), ssh=True)
        self.key, public = make_key(self.sim, "user_key")
        host_key, self.host_public = make_key(self.sim, "host_key")
        with open(host_key) as f:
            private = f.read()
        self.sim.ask("POST", "/v1/ssh_keys", {"name": "k", "public_key": public})
        indented = "\n".join("    " + line for line in private.splitlines())
        self.user_data = ("#cloud-config\nssh_keys:\n  ed25519_private: |\n" + indented +
                          f"\n  ed25519_public: {self.host_public}\n" + more.pop("cloud", ""))
        made = self.sim.create("web1", ssh_keys=["k"], user_data=self.user_data, **more)
        assert made.status == 201, made.text
        self.address = made.json["server"]["public_net"]["ipv4"]["ip"]
        self.id = made.json["server"]["id"]

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.sim.__exit__(*a)

    def info(self):
        return self.sim.state()["servers"][0]

    def wait_open(self):
        return until(lambda: self.info()["ssh_open"], what="ssh open")

    def isolated(self):
        return "no namespaces" not in self.sim.errors()

    def run(self, command, **more):
        return ssh(self.sim, self.address, self.key, command, known=self.host_public, **more)


def test_the_host_key_of_user_data_is_shown_and_a_command_runs():
    with Vm("--boot-ms", "1500") as vm:
        refused = vm.run("true", check=False)
        if not vm.info()["ssh_open"]:  # so it had not booted yet
            assert refused.returncode == 255 and "refused" in refused.stderr, refused.stderr
        vm.wait_open()
        assert vm.run("echo hello; exit 0").stdout == "hello\n"
        assert vm.run("exit 7", check=False).returncode == 7
        if vm.isolated():
            assert vm.run("hostname").stdout == "web1\n"


def test_what_is_written_stays_in_the_vm_and_survives_the_session():
    with Vm() as vm:
        vm.wait_open()
        if not vm.isolated():
            raise Skip("no namespaces on this machine")
        name = f"slipway-test-{os.getpid()}"
        places = [f"/root/{name}", f"/etc/{name}", f"/var/lib/{name}", f"/opt/{name}", f"/tmp/{name}", f"/{name}",
                  f"/home/{name}", f"/usr/local/{name}"]
        if USER != "root":
            places.pop()
        vm.run("; ".join(f"echo inside > {p}" for p in places))
        for place in places:
            assert not os.path.exists(place), place
        assert vm.run("cat " + " ".join(places)).stdout == "inside\n" * len(places)
        assert vm.run("cat ~/.ssh/authorized_keys | wc -l").stdout.strip() == "1"


def test_slipway_vm_root_and_absolute_paths_are_the_same_files():
    with Vm() as vm:
        vm.wait_open()
        vm.run("mkdir -p ${SLIPWAY_VM_ROOT:-}/var/lib/slipway && echo 1 > ${SLIPWAY_VM_ROOT:-}/var/lib/slipway/x")
        assert vm.run("cat ${SLIPWAY_VM_ROOT:-}/var/lib/slipway/x").stdout == "1\n"
        if vm.isolated():
            assert vm.run("cat /var/lib/slipway/x").stdout == "1\n"
        shown = vm.run("cat ${SLIPWAY_VM_ROOT:-}/etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[:2]
        assert shown == vm.host_public.split()[:2], shown


def test_a_changed_host_key_is_shown_by_the_next_connection():
    with Vm() as vm:
        vm.wait_open()
        _, other = make_key(vm.sim, "other")
        with open(os.path.join(vm.sim.directory, "other")) as f:
            private = f.read()
        vm.run(f"umask 077; cat > ${{SLIPWAY_VM_ROOT:-}}/etc/ssh/ssh_host_ed25519_key <<'END'\n{private}END\n")
        assert vm.run("true", check=False).returncode == 255
        vm.host_public = other
        vm.run("true")
        vm.run(": > ${SLIPWAY_VM_ROOT:-}/root/.ssh/authorized_keys")
        assert "Permission denied" in vm.run("true", check=False).stderr


def test_a_detached_process_runs_on_until_the_vm_is_deleted():
    with Vm() as vm:
        vm.wait_open()
        mark = f"54321{os.getpid()}"
        vm.run(f"setsid sleep {mark} </dev/null >/dev/null 2>&1 & echo started")

        until(lambda: runs(f"sleep {mark}"), what="the detached process")
        assert vm.run("echo again").stdout == "again\n" and runs(f"sleep {mark}")
        directory = vm.info()["directory"]
        assert os.path.isdir(directory)
        vm.sim.ask("DELETE", f"/v1/servers/{vm.id}")
        until(lambda: not runs(f"sleep {mark}"), what="the end of the detached process")
        until(lambda: not os.path.exists(directory), what="the end of the directory")
        assert vm.run("true", check=False).returncode == 255


def test_the_end_of_the_simulator_leaves_nothing_behind():
    vm = Vm()
    try:
        vm.wait_open()
        directory = os.path.dirname(vm.info()["directory"])
        mark = f"98765{os.getpid()}"
        vm.run(f"setsid sleep {mark} </dev/null >/dev/null 2>&1 & echo")
        assert vm.sim.stop() == 0
        until(lambda: not runs(f"sleep {mark}"), what="the end of the detached process")
        assert not os.path.exists(directory)
        with open("/proc/self/mounts") as f:
            assert vm.sim.directory not in f.read()
    finally:
        vm.__exit__(None, None, None)


def test_authorized_keys_and_files_of_the_cloud_config():
    with Simulator(ssh=True) as scratch:
        _, public = make_key(scratch, "second")
        cloud = (f"ssh_authorized_keys: ['{public}']\nwrite_files:\n- path: /opt/app/config\n  content: 'a: b'\n"
                 "  permissions: '0640'\nruncmd:\n- [sh, -c, 'echo $0 ran > /opt/ran', it]\n")
        with Vm("--run-cloud-init", "--boot-ms", "150", cloud=cloud) as vm:
            vm.wait_open()
            vm.run("true")  # with the key of ssh_keys
            vm.key = os.path.join(scratch.directory, "second")
            assert vm.run("cat ${SLIPWAY_VM_ROOT:-}/opt/app/config").stdout == "a: b"
            assert "640" in vm.run("stat -c %a ${SLIPWAY_VM_ROOT:-}/opt/app/config").stdout
            if vm.isolated():
                until(lambda: vm.run("cat /opt/ran", check=False).stdout == "it ran\n", what="runcmd")


def test_files_are_copied_with_sftp_and_scp():
    with Vm() as vm:
        vm.wait_open()
        if not vm.isolated():
            raise Skip("no namespaces on this machine")
        need_program("scp")
        with open(os.path.join(vm.sim.directory, "payload"), "wb") as f:
            f.write(os.urandom(300_000))
        subprocess.run(["scp", "-q", "-F", "none", "-i", vm.key, "-o", "BatchMode=yes", "-o",
                        "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-P",
                        str(vm.sim.ssh_port), f.name, f"{USER}@{vm.address}:/opt/payload"], check=True, timeout=30)
        assert vm.run("wc -c < /opt/payload").stdout.strip() == "300000"


def test_ssh_faults():
    with Vm() as vm:
        vm.wait_open()

        def fails_with(text):
            done = vm.run("true", check=False)
            assert done.returncode == 255 and text in done.stderr, done.stderr

        vm.sim.fault("ssh_refuse", "once@web1")
        fails_with("")
        vm.run("true")
        vm.sim.fault("ssh_refuse", "always")
        fails_with("refused")
        vm.sim.ask("DELETE", "/_sim/faults")
        vm.run("true")
        vm.sim.fault("ssh_close", "once")
        fails_with("")
        vm.sim.fault("ssh_wrong_host_key", "once")
        fails_with("Host key verification failed")
        vm.sim.fault("ssh_deny", "once")
        fails_with("Permission denied")
        vm.sim.fault("ssh_stall", "once")
        began = time.monotonic()
        fails_with("")
        assert time.monotonic() - began > 4
        vm.sim.fault("ssh_deny", "always@another")
        vm.run("true")


def test_power_and_the_times_of_ssh():
    with Vm() as vm:
        created = next(r["at_ms"] for r in vm.sim.requests() if r["path"] == "/v1/servers")
        vm.wait_open()
        opened = vm.info()["ssh_opened_at_ms"] - created
        assert 149 <= opened < 5000, opened  # the model counts whole milliseconds
        vm.run("echo kept > ${SLIPWAY_VM_ROOT:-}/root/kept")
        vm.sim.ask("POST", f"/v1/servers/{vm.id}/actions/poweroff")
        until(lambda: vm.sim.server("web1")["status"] == "off", what="off")
        assert vm.run("true", check=False).returncode == 255
        vm.sim.ask("POST", f"/v1/servers/{vm.id}/actions/poweron")
        vm.wait_open()
        assert vm.run("cat ${SLIPWAY_VM_ROOT:-}/root/kept").stdout == "kept\n"


def test_machines_outlive_a_simulator_that_keeps_its_state():
    with Simulator() as scratch:
        with Vm("--boot-ms", "150", "--state", os.path.join(scratch.directory, "state.json")) as vm:
            vm.wait_open()
            vm.run("echo kept > ${SLIPWAY_VM_ROOT:-}/etc/kept")
            for how in (signal.SIGKILL, signal.SIGTERM):
                vm.sim.stop(how)
                vm.sim.start()
                vm.wait_open()
                assert vm.run("cat ${SLIPWAY_VM_ROOT:-}/etc/kept").stdout == "kept\n"
            directory = vm.info()["directory"]
            vm.sim.ask("DELETE", f"/v1/servers/{vm.id}")
            until(lambda: not os.path.exists(directory), what="the end of the directory")


def test_a_vanished_server_takes_its_machine_along():
    with Vm() as vm:
        vm.wait_open()
        vm.sim.fault("vanish", "once@web1")
        assert vm.sim.server("web1") is None
        until(lambda: vm.run("true", check=False).returncode == 255, what="no SSH")


main(globals())
