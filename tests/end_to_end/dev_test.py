"""slipway dev: from nothing to a VM that is active, by the lines that it prints; and nothing is left behind, however it ends."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE, SLIPWAY, Case, eventually, run  # noqa: E402
from pseudo_terminal import PseudoTerminal  # noqa: E402


def processes_of(directory):
    """All that have something to do with it: started there, with it in their arguments or their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if directory.encode() in file.read():
                        found.append(int(pid))
                        break
        except OSError:  # it has ended, or is another user's
            pass
    return [pid for pid in found if pid != os.getpid()]


class Dev(Case):
    def setUp(self):
        self.temporary = tempfile.mkdtemp(prefix="slipway-devtest-")
        self.addCleanup(lambda: os.path.isdir(self.temporary) and os.rmdir(self.temporary))

    def environment(self):
        # A user's own settings: none of them may reach what is started, nor may what is started reach them.
        return {"PATH": os.environ["PATH"], "HOME": self.temporary, "TMPDIR": self.temporary, "HCLOUD_TOKEN": "mine",
                "SLIPWAY_API": "unix:/nonexistent", "SLIPWAY_DATABASE_URL": "sqlite:/nonexistent/slipway.db"}

    def start(self, *arguments, program=SLIPWAY):
        process = subprocess.Popen([program, "dev", *arguments], env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.temporary)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        return process

    def started(self):
        process = self.start("--json")
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        self.assertTrue(lines, process.stderr)
        return process, json.loads("".join(lines))

    def run_line(self, line):
        return subprocess.run(["sh", "-c", line], env={**self.environment(), "TERM": "dumb"}, cwd=self.temporary,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60 * PATIENCE)

    def nothing_is_left(self, directory, seconds=15):
        eventually(lambda: processes_of(self.temporary) == [], seconds, f"the end of all that was started for {directory}")
        eventually(lambda: os.listdir(self.temporary) == [], seconds, "an empty TMPDIR")

    def test_three_things(self):
        """the three printed lines work as they stand, a VM is active within 10 s, and Ctrl-C leaves nothing behind"""
        began = time.monotonic()
        process, said = self.started()
        with urllib.request.urlopen(said["page"], timeout=10) as page:
            self.assertIn("<title>slipway</title>", page.read().decode())
        create, login, timeline = said["try"]
        done = self.run_line(create)
        took = time.monotonic() - began
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("web1  active", done.stderr)
        print(f"# from the start to an active VM: {took:.1f} s")
        self.assertLess(took, 10 * PATIENCE)
        done = self.run_line(login)
        self.assertEqual((done.returncode, done.stdout), (0, "web1\n"), done.stderr)
        done = self.run_line(timeline)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("activated", done.stdout)
        with urllib.request.urlopen(said["page"] + "v1/vms/web1", timeout=10) as vm:
            self.assertEqual(json.load(vm)["state"], "active")
        self.assertGreater(len(processes_of(self.temporary)), 4)  # else what follows would see nothing
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(15 * PATIENCE), 0)
        self.assertFalse(os.path.exists(said["directory"]))
        self.nothing_is_left(said["directory"], 0.1)

    def test_killed(self):
        """kill -9 of slipway dev takes all that it has started along, a VM on its way too; so do SIGTERM and SIGHUP"""
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
            process, said = self.started()
            self.assertEqual(self.run_line(said["try"][0] + " --no-wait").returncode, 0)
            process.send_signal(number)
            process.wait(15 * PATIENCE)
            self.nothing_is_left(said["directory"])

    def test_terminal(self):
        """at a terminal: what is printed, Ctrl-C, and a terminal that is closed"""
        for end in ("\x03", None):
            shown = PseudoTerminal([SLIPWAY, "dev"], self.environment(), self.temporary)
            shown.until("Ctrl-C ends it")
            directory, = (os.path.join(self.temporary, name) for name in os.listdir(self.temporary))
            self.assertIn("http://127.0.0.1:", shown.seen)
            self.assertIn(directory + "/slipway server create web1", shown.seen)
            if end:
                shown.press(end)
                self.assertEqual(shown.ends(), 0, shown.seen)
            else:
                os.close(shown.slave)
                os.close(shown.master)
                shown.process.wait(15 * PATIENCE)
            self.nothing_is_left(directory)

    def test_a_program_ends(self):
        """where slipwayd dies all ends, and that is said"""
        process, said = self.started()
        victim, = (pid for pid in processes_of(said["directory"]) if os.readlink(f"/proc/{pid}/exe").endswith("/slipwayd"))
        os.kill(victim, signal.SIGKILL)
        self.assertEqual(process.wait(15 * PATIENCE), 1)
        self.assertIn("slipwayd has ended", process.stderr.read())
        self.nothing_is_left(said["directory"])

    def test_port(self):
        """the port that is asked for, and what is said where it is taken"""
        first, said = self.started()
        port = said["page"].rstrip("/").rpartition(":")[2]
        second = self.start("--port", port)
        err = second.communicate(timeout=30 * PATIENCE)[1]
        self.assertEqual(second.returncode, 1, err)
        self.assertIn(f"slipwayd did not start: Cannot listen on 127.0.0.1:{port}: Address already in use", err)
        first.send_signal(signal.SIGINT)
        self.assertEqual(first.wait(15 * PATIENCE), 0)
        self.nothing_is_left(said["directory"])

    def test_missing(self):
        """a program that is not installed is named, with its package"""
        alone = os.path.join(self.temporary, "slipway")
        os.link(SLIPWAY, alone) if os.stat(SLIPWAY).st_dev == os.stat(self.temporary).st_dev else self.copy(alone)
        self.addCleanup(lambda: os.path.exists(alone) and os.remove(alone))
        process = self.start(program=alone)
        said = process.communicate(timeout=15 * PATIENCE)[1]
        self.assertEqual(process.returncode, 3, said)
        self.assertIn("install the package slipway", said)
        os.remove(alone)

    def copy(self, to):
        with open(SLIPWAY, "rb") as program, open(to, "wb") as file:
            file.write(program.read())
        os.chmod(to, 0o755)


if __name__ == "__main__":
    run()
