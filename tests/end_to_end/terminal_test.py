"""slipway at a developer's terminal: what is shown, what is asked, what keys do; and the same without a terminal."""
import json
import os
import shutil
import stat
import subprocess

from harness import SLIPWAY, TOKEN, Case, run
from pseudo_terminal import PseudoTerminal

DEPLOY = "service: app  # ours\nservers:\n  web:\n    - '192.168.0.1'   # here\nproxy:\n  host: app.example.com"


class Developer(Case):
    def at_terminal(self, home, *arguments, **more):
        terminal = PseudoTerminal([SLIPWAY, *arguments], home.environment(**more), home.directory)
        self.addCleanup(terminal.close)
        return terminal

    def deploy(self, home, text=DEPLOY, mode=0o640):
        os.makedirs(os.path.join(home.directory, "config"), exist_ok=True)
        return home.write("config/deploy.yml", text, mode)

    def read(self, path):
        with open(path, newline="") as file:
            return file.read()

    def credentials(self, home):
        return os.path.join(home.directory, ".config/slipway/hetzner_credentials")

    def second_key(self, home, name="work"):
        path = os.path.join(home.directory, ".ssh", name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
        return path


class Token(Developer):
    def test_first_time(self):
        """no token: instructions, a hidden prompt, a wrong one is refused, a right one is kept and used"""
        sim = self.sim()
        home = self.home(sim)
        shown = self.at_terminal(home, "server", "create", "web1", "--no-kamal", HCLOUD_TOKEN="")
        shown.until("console.hetzner.cloud")
        shown.until("Hetzner token: ")
        self.assertFalse(shown.echoes())
        shown.press("wrong" * 12 + "\n")
        shown.until("refuses")
        shown.until("Hetzner token: ")
        self.assertEqual(sim.servers(), [])
        shown.press(TOKEN + "\n")
        shown.until("the token works")
        self.assertEqual(shown.ends(), 0, shown.seen)
        self.assertNotIn(TOKEN, shown.seen)
        self.assertNotIn("wrongwrong", shown.seen)
        self.assertTrue(shown.echoes())
        self.assertEqual(len(sim.servers()), 1)
        path = self.credentials(home)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(self.read(path), TOKEN + "\n")
        vm, = home.vms()
        for text in ("name         web1", "type         cx23", "ssh root@" + vm["ipv4"], "price        ", "EUR per hour",
                     "host key     ssh-ed25519 SHA256:"):
            self.assertIn(text, shown.seen)

        done = home.slipway("server", "delete", "web1", HCLOUD_TOKEN="")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(sim.servers(), [])

    def test_interrupted(self):
        """Ctrl-C at the prompt: the terminal shows what is typed again, nothing is kept, exit 130"""
        home = self.home(self.sim(ssh=False))
        shown = self.at_terminal(home, "server", "create", "web1", HCLOUD_TOKEN="")
        shown.until("Hetzner token: ")
        shown.press("\x03")
        self.assertEqual(shown.ends(), 130, shown.seen)
        self.assertIn("interrupted", shown.seen)
        self.assertTrue(shown.echoes())
        self.assertFalse(os.path.exists(self.credentials(home)))

    def test_name_before_token(self):
        """a wrong name is said before a token is asked for"""
        home = self.home(self.sim(ssh=False))
        shown = self.at_terminal(home, "server", "create", "Web_1", HCLOUD_TOKEN="")
        self.assertEqual(shown.ends(), 2, shown.seen)
        self.assertNotIn("token", shown.seen)

    def test_auth(self):
        """auth set, status and clear without a terminal; the environment comes first"""
        sim = self.sim(ssh=False)
        home = self.home(sim)

        def auth(*arguments, stdin="", **more):
            return subprocess.run([SLIPWAY, "auth", *arguments], env=home.environment(**{"HCLOUD_TOKEN": "", **more}), input=stdin,
                                  cwd=home.directory, capture_output=True, text=True, timeout=60)

        self.assertEqual(auth("status").returncode, 78)
        self.assertEqual(auth("set", "--token-stdin", stdin="wrong" * 12).returncode, 4)
        self.assertEqual(auth("set", "--token-stdin", stdin="").returncode, 2)
        self.assertEqual(auth("set", stdin=TOKEN).returncode, 2)
        self.assertEqual(auth("set", "--token-stdin", stdin=TOKEN, HCLOUD_ENDPOINT="http://127.0.0.1:1/v1").returncode, 5)
        self.assertFalse(os.path.exists(self.credentials(home)))
        done = auth("set", "--token-stdin", stdin=TOKEN + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = auth("status", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"source": self.credentials(home), "works": True}))
        self.assertEqual(auth("status", SLIPWAY_API="unix:/nonexistent").returncode, 0)
        done = auth("status", HCLOUD_TOKEN="wrong" * 12)
        self.assertEqual(done.returncode, 4)
        self.assertIn("HCLOUD_TOKEN", done.stdout)
        self.assertNotIn("wrongwrong", done.stdout + done.stderr)
        done = home.slipway("doctor", HCLOUD_TOKEN="")
        self.assertNotIn("there is none: set", done.out + done.err)
        self.assertEqual(auth("clear").returncode, 0)
        self.assertFalse(os.path.exists(self.credentials(home)))
        self.assertEqual(auth("clear").returncode, 0)

    def test_open_file(self):
        """a kept token that others can read is refused by those who need one, and by nobody else"""
        home = self.home(self.sim(ssh=False))
        os.makedirs(os.path.dirname(self.credentials(home)))
        path = home.write(".config/slipway/hetzner_credentials", TOKEN + "\n", 0o644)
        for verb in (("server", "create", "web1"), ("server", "delete", "web1"), ("catalog", "locations"), ("auth", "status")):
            done = home.slipway(*verb, HCLOUD_TOKEN="")
            self.assertEqual(done.code, 78, f"{verb} {done}")
            self.assertIn("chmod 600", done.err)
        self.assertEqual(home.slipway("server", "list", HCLOUD_TOKEN="").code, 0)
        self.assertEqual(home.slipway("server", "create", "web1", "--dry-run").code, 0)
        os.chmod(path, 0o600)
        self.assertEqual(home.slipway("server", "create", "web1", "--dry-run", HCLOUD_TOKEN="").code, 0)

    def test_config_file(self):
        """~/.config/slipway/config is below the environment; a broken line is named"""
        home = self.home(self.sim(ssh=False))
        os.makedirs(os.path.dirname(self.credentials(home)))
        home.write(".config/slipway/config", "# mine\nSLIPWAY_SERVER_TYPES=cx33\n")
        names = lambda done: [c["server_type"] for c in done.json["candidates"]]
        dry = ("server", "create", "web1", "--dry-run", "--json")
        self.assertEqual(names(home.slipway(*dry, SLIPWAY_SERVER_TYPES="")), ["cx33"])
        self.assertEqual(names(home.slipway(*dry, SLIPWAY_SERVER_TYPES="cx23")), ["cx23"])
        self.assertEqual(names(home.slipway(*dry, "--server-type", "cx43", SLIPWAY_SERVER_TYPES="")), ["cx43"])
        home.write(".config/slipway/config", "nonsense\n")
        done = home.slipway(*dry)
        self.assertEqual(done.code, 78)
        self.assertIn("config, line 1", done.err)


class Keys(Developer):
    def test_choice(self):
        """several keys: a choice; what is no number is asked for again; the chosen one is used"""
        sim = self.sim()
        home = self.home(sim)
        work = self.second_key(home)
        shutil.copy(work + ".pub", os.path.join(home.directory, ".ssh", "copy.pub"))
        home.write(".ssh/broken.pub", "no key\n")
        shown = self.at_terminal(home, "server", "create", "web1", "--no-kamal")
        shown.until("Which SSH key")
        shown.until("1 to 2: ")
        self.assertNotIn("broken", shown.seen)
        shown.press("7\n")
        shown.until("1 to 2: ")
        shown.press("2\n")
        self.assertEqual(shown.ends(), 0, shown.seen)
        key, = sim.keys()
        self.assertEqual(key["name"], "id_ed25519")

    def test_interrupted(self):
        """Ctrl-C and Ctrl-D at the choice: nothing is ordered"""
        sim = self.sim(ssh=False)
        home = self.home(sim)
        self.second_key(home)
        for keys, code, said in (("\x03", 130, "before anything was ordered"), ("\x04", 2, "--ssh-key")):
            shown = self.at_terminal(home, "server", "create", "web1")
            shown.until("1 to 2: ")
            shown.press(keys)
            self.assertEqual(shown.ends(), code, shown.seen)
            self.assertIn(said, shown.seen)
        self.assertEqual((sim.servers(), sim.keys()), ([], []))
        self.assertFalse(os.path.exists(home.database))

    def test_no_terminal(self):
        """without a terminal the keys are listed and nothing is created"""
        home = self.home(self.sim(ssh=False))
        self.second_key(home)
        done = home.slipway("server", "create", "web1")
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("--ssh-key " + home.key + ".pub", done.err)


class Kamal(Developer):
    def test_agreed(self):
        """the change is shown and confirmed; only the address changes; the file keeps its mode"""
        home = self.home(self.sim())
        path = self.deploy(home)
        shown = self.at_terminal(home, "server", "create", "web1")
        shown.until("[y/N] ")
        self.assertEqual(self.read(path), DEPLOY)
        vm, = home.vms()
        self.assertIn("-    - '192.168.0.1'   # here", shown.seen)
        self.assertIn(f"+    - '{vm['ipv4']}'   # here", shown.seen)
        shown.press("y\n")
        self.assertEqual(shown.ends(), 0, shown.seen)
        self.assertEqual(self.read(path), DEPLOY.replace("192.168.0.1", vm["ipv4"]))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["deploy.yml"])

    def test_not_agreed(self):
        """no, nothing, Ctrl-D and Ctrl-C: the file stays, the VM too, and it is said what to do"""
        home = self.home(self.sim())
        path = self.deploy(home)
        for name, keys, code in (("a", "n\n", 0), ("b", "\n", 0), ("c", "\x04", 0), ("d", "\x03", 130)):
            shown = self.at_terminal(home, "server", "create", name)
            shown.until("[y/N] ")
            shown.press(keys)
            self.assertEqual(shown.ends(), code, shown.seen)
            self.assertEqual(self.read(path), DEPLOY)
            self.assertIn("was not changed", shown.seen)
        self.assertEqual([vm["state"] for vm in home.vms()], ["active"] * 4)

    def test_no_terminal(self):
        """without a terminal: only with --yes or a named file; else the manual instruction; --json stays one document"""
        home = self.home(self.sim())
        path = self.deploy(home)
        done = home.slipway("server", "create", "a", "--json")
        self.assertEqual((done.code, self.read(path)), (0, DEPLOY), str(done))
        self.assertIn("      - " + done.json["ipv4"], done.err)
        self.assertIn("https://kamal-deploy.org/docs/configuration/servers/", done.err)
        done = home.slipway("server", "create", "b", "--json", "--yes")
        self.assertEqual((done.code, self.read(path)), (0, DEPLOY.replace("192.168.0.1", done.json["ipv4"])), str(done))
        other = home.write("other.yml", DEPLOY.replace("192.168.0.1", "10.0.0.5") + "\n")
        os.symlink("other.yml", os.path.join(home.directory, "link.yml"))
        done = home.slipway("server", "create", "c", "--json", "--kamal", "link.yml")
        self.assertEqual(self.read(other), DEPLOY.replace("192.168.0.1", done.json["ipv4"]) + "\n", str(done))
        self.assertTrue(os.path.islink(os.path.join(home.directory, "link.yml")))

    def test_several_hosts(self):
        """several hosts: nothing changes, unless one is named"""
        home = self.home(self.sim())
        text = "servers:\n  - 10.0.0.5\n  - 10.0.0.6\n"
        path = self.deploy(home, text)
        done = home.slipway("server", "create", "a", "--yes")
        self.assertEqual((done.code, self.read(path)), (0, text), str(done))
        self.assertIn("--kamal-host", done.err)
        made = len(home.vms())
        for named in (("--kamal-host", "10.0.0.9"), ("--kamal", path)):  # said before there is a VM to pay for
            done = home.slipway("server", "create", "x", "--yes", *named)
            self.assertEqual((done.code, self.read(path), len(home.vms())), (2, text, made), str(done))
            self.assertIn("nothing was created", done.err)
        done = home.slipway("server", "create", "b", "--yes", "--json", "--kamal-host", "10.0.0.6")
        self.assertEqual(self.read(path), text.replace("10.0.0.6", done.json["ipv4"]), str(done))

    def test_without(self):
        """no file: where the documentation is; --no-kamal: not a word; a named file that is not there: nothing is created"""
        sim = self.sim()
        home = self.home(sim)
        for options, code in ((("--kamal", "nothing.yml"), 2), (("--kamal", "."), 2), (("--kamal-host", "1.1.1.1"), 2),
                              (("--no-kamal", "--kamal", "x"), 2)):
            done = home.slipway("server", "create", "a", *options)
            self.assertEqual((done.code, sim.servers()), (code, []), str(done))
        done = home.slipway("server", "create", "a")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("https://kamal-deploy.org/docs/configuration/servers/", done.err)
        path = self.deploy(home)
        done = home.slipway("server", "create", "b", "--no-kamal", "--yes")
        self.assertEqual((done.code, self.read(path)), (0, DEPLOY))
        self.assertNotIn("amal", done.err)
        done = home.slipway("server", "create", "c", "--count", "2", "--yes")
        self.assertEqual((done.code, self.read(path)), (0, DEPLOY))
        self.assertIn("several new VMs", done.err)


class Connection(Developer):
    def ssh(self, home, *arguments, **more):
        home.write(".ssh/config", "BatchMode yes\n", 0o600)
        return home.slipway("server", "ssh", *arguments, **more)

    def test_logs_in(self):
        """server ssh logs in with the recorded host key, hands the exit code on, and refuses another host's key"""
        home = self.home(self.sim())
        self.assertEqual(home.slipway("server", "create", "web1").code, 0)
        done = self.ssh(home, "web1", "--", "echo", "inside;", "exit", "7")
        self.assertEqual((done.code, done.out), (7, "inside\n"), str(done))
        cache = os.path.join(home.directory, ".cache/slipway")
        known, = [name for name in os.listdir(cache) if name.startswith("known_hosts")]
        vm, = home.vms()
        with open(os.path.join(cache, known)) as file:
            self.assertEqual(file.read(), "".join(f"[{vm['ipv4']}]:2222 {key}\n" for key in vm["host_keys"]))
        self.assertEqual(self.ssh(home, "web2").code, 3)
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        done = self.ssh(home, "web1")
        self.assertEqual(done.code, 4, str(done))
        self.assertIn("terminated", done.err)


class Completion(Developer):
    def test_words(self):
        """verbs, options, names from the database and from the cached catalog; bash asks for them"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        asked = len(sim.requests())

        def offers(*words, **more):
            done = home.slipway("__complete", "--", *words, **more)
            self.assertEqual((done.code, done.err), (0, ""), str(done))
            return [line.split("\t")[0] for line in done.out.splitlines()]

        self.assertEqual(offers("server", "s"), ["show", "ssh"])
        self.assertEqual(offers("server", "show", ""), ["web1"])
        self.assertEqual(offers("server", "create", "x", "--kamal-"), ["--kamal-host"])
        self.assertIn("cx23", offers("server", "create", "x", "--server-type", ""))
        self.assertIn("cx33,cx23", offers("server", "create", "x", "--server-type", "cx33,cx2"))
        self.assertIn("nbg1", offers("server", "create", "x", "--location", "n"))
        self.assertIn("ubuntu-24.04", offers("server", "create", "x", "--image", "ubuntu-2"))
        self.assertEqual(offers("server", "create", "x", "--image", "", HCLOUD_TOKEN=""), [])
        self.assertEqual(offers("server", "show", "", SLIPWAY_DATABASE_URL="sqlite:/nonexistent/x"), [])
        self.assertEqual(len(sim.requests()), asked)

        script = home.slipway("completion", "bash")
        self.assertEqual(script.code, 0)
        path = home.write("completion.bash", script.out)
        env = home.environment()
        env["PATH"] = os.path.dirname(SLIPWAY) + ":" + env["PATH"]
        done = subprocess.run(["bash", "-c", f'. {path}; COMP_WORDS=(slipway server show w); COMP_CWORD=3; _slipway; echo "${{COMPREPLY[@]}}"'],
                              env=env, cwd=home.directory, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.stdout, done.stderr), ("web1\n", ""))
        self.assertEqual(home.slipway("completion", "tcsh").code, 2)


class Interruption(Developer):
    def test_while_creating(self):
        """Ctrl-C while a VM is being created: what goes on is said, and server resume finishes it"""
        sim = self.sim("--boot-ms", "3000")
        home = self.home(sim)
        shown = self.at_terminal(home, "server", "create", "web1", "--no-kamal")
        shown.until("created in nbg1")
        shown.press("\x03")
        self.assertEqual(shown.ends(), 130, shown.seen)
        self.assertIn("slipway server resume", shown.seen)
        done = home.slipway("server", "resume")
        self.assertEqual((done.code, len(sim.servers())), (0, 1), str(done))

    def test_while_asked(self):
        """Ctrl-C and no at the question before a deletion: nothing is deleted, and a script hears of it"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "web1").code, 0)
        shown = self.at_terminal(home, "server", "delete", "web1")
        shown.until("[y/N] ")
        shown.press("\x03")
        self.assertEqual(shown.ends(), 130, shown.seen)
        shown = self.at_terminal(home, "server", "delete", "web1")
        shown.until("[y/N] ")
        shown.press("n\n")
        shown.until("nothing was deleted")
        self.assertEqual(shown.ends(), 1, shown.seen)
        self.assertEqual(len(sim.servers()), 1)
        shown = self.at_terminal(home, "server", "delete", "web1")
        shown.until("[y/N] ")
        shown.press("y\n")
        self.assertEqual(shown.ends(), 0, shown.seen)
        self.assertEqual(sim.servers(), [])


if __name__ == "__main__":
    run()
