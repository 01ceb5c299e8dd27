"""Bad input and a bad machine: one clear sentence that says what to do, the right exit code, nothing created."""
import os
import shutil
import sqlite3
import subprocess
import tempfile

from harness import SLIPWAY, SLIPWAY_LOG, Case, Sim, eventually, run
from house import SLIPWAYD


class Input(Case):
    @classmethod
    def setUpClass(cls):
        cls.one = Sim(ssh=False)

    @classmethod
    def tearDownClass(cls):
        cls.one.close()

    def refuses(self, code, said, *arguments, home=None, **more):
        home = home or self.home(self.one)
        done = home.slipway(*arguments, **more)
        self.assertEqual(done.code, code, f"{arguments}: {done}")
        self.assertIn(said, done.err, f"{arguments}: {done}")
        self.assertEqual(done.out, "", f"{arguments}: {done}")
        self.assertNotIn("bug", done.err)
        self.assertEqual((self.one.servers(), self.one.keys()), ([], []))
        return done

    def create(self, code, said, *options, name="web1", **more):
        return self.refuses(code, said, "server", "create", name, *options, **more)

    def test_names(self):
        """names that are no host names"""
        for name in ("web_1", "web-", "a" * 64, "web 1", "wéb", "web..example", "web.example.", "203.0.113.7"):
            self.create(2, "host name", name=name)
        self.create(2, "NAME", name="-web")

    def test_names_of_hetzner(self):
        """names with capitals and dots, which Hetzner allows"""
        sim = self.sim()
        home = self.home(sim)
        for name in ("Web1", "web.example.com"):
            done = home.slipway("server", "create", name, "--no-kamal")
            self.assertEqual(done.code, 0, str(done))
            self.assertEqual(home.slipway("server", "show", name, "--json").json["name"], name)
        self.assertEqual(sorted(server["name"] for server in sim.servers()), ["Web1", "web.example.com"])
        self.assertEqual(home.slipway("server", "delete", "web.example.com", "--yes").code, 0)
        self.assertEqual([server["name"] for server in sim.servers()], ["Web1"])

    def test_catalog(self):
        """unknown type, image, location; arm with an x86 image; a type that is not sold there or any more"""
        self.create(2, "cx2", "--server-type", "cx2")
        self.create(2, "nosuch", "--server-type", "nosuch")
        self.create(2, "ubuntu-99", "--image", "ubuntu-99")
        self.create(2, "nbg9", "--location", "nbg9")
        self.create(2, "did you mean cx23?", "--server-type", "CX23")
        self.create(2, "\"nbg1-dc3\" is a datacenter, and Hetzner takes locations only; did you mean nbg1?", "--location", "nbg1-dc3")
        self.create(2, "cx23", "--location", "ash")
        types = self.one.call("GET", "/v1/server_types?per_page=50")["server_types"]
        images = self.one.call("GET", "/v1/images?per_page=50")["images"] + self.one.call("GET", "/v1/images?per_page=50&page=2")["images"]
        arm = {i["name"] for i in images if i["architecture"] == "arm"}
        only_x86 = next(i["name"] for i in images if i["architecture"] == "x86" and i["name"] and i["name"] not in arm)
        self.assertIn("cax11", [t["name"] for t in types])
        self.create(2, only_x86, "--server-type", "cax11", "--image", only_x86)

    def test_snapshots(self):
        """a snapshot is ordered by its id; by its description, or with an id that is none, it is said how"""
        sim = self.sim()
        home = self.home(sim)
        images = sim.call("GET", "/v1/images?type=snapshot")["images"]
        snapshot = images[0]["id"]
        done = home.slipway("server", "create", "web1", "--image", str(snapshot), "--no-kamal")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(sim.servers()[0]["image"]["id"], snapshot)
        self.assertIn(str(snapshot), home.slipway("catalog", "images").out)
        self.create(2, f"order it by its id, {snapshot}", "--image", images[0]["description"])
        self.create(2, "no image or snapshot with the id 17", "--image", "17")

    def test_files(self):
        """key files that are no keys; recipes that are missing, empty or too large"""
        home = self.home(self.one)
        private = home.key
        self.create(2, "private key", "--ssh-key", private, home=home)
        self.create(2, "public key", "--ssh-key", home.write("k.pub", "hello\n"), home=home)
        self.create(2, "cannot be read", "--ssh-key", "/nonexistent.pub", home=home)
        self.create(2, "cannot be read", "--recipe", "/nonexistent.sh", home=home)
        self.create(2, "empty", "--recipe", home.write("empty.sh", " \n"), home=home)
        self.create(2, "64 KiB", "--recipe", home.write("large.sh", "#" * 65537), home=home)
        self.create(2, "directory", "--recipe", home.directory, home=home)
        os.remove(home.key + ".pub")
        self.create(1, "ssh-keygen", home=home)
        for name in ("a.pub", "b.pub"):
            home.write(".ssh/" + name, "ssh-ed25519 AAAA x\n")
        self.create(2, "--ssh-key", home=home)

    def test_recipes(self):
        """recipes that the VM's shell would misread, for an order and its plan: nothing is ordered"""
        home = self.home(self.one)
        recipes = {
            "windows.sh": (b"set -e\r\ntouch /root/app\r\n", "line 1 has a carriage return"),
            "bash.sh": (b"#!/bin/bash\r\necho hello\r\n", "line 1 has a carriage return"),
            "one.sh": (b"#!/bin/bash\necho hello\r\n", "line 2 has a carriage return"),
            "cloud.yaml": (b"#cloud-config\npackages: [nginx]\n", "configuration for cloud-init"),
            "latin.sh": (b"echo J\xfcrgen\n", "line 1 is no text in UTF-8"),
        }
        for name, (text, said) in recipes.items():
            path = home.write(name, "")
            with open(path, "wb") as file:
                file.write(text)
            for more in ((), ("--dry-run",)):
                done = self.create(2, said, "--recipe", path, *more, home=home)
                self.assertIn(name, done.err)

    def test_pipes(self):
        """a recipe from a pipe, from /dev/stdin and from - is read once, and is whole"""
        sim = self.sim()
        home = self.home(sim)
        script = home.write("setup.sh", "echo 'from a pipe'\n")
        words = [SLIPWAY, "server", "create", "--no-kamal", "NAME", "--recipe"]
        commands = {"web1": f"{' '.join(words)} <(cat {script})", "web2": f"cat {script} | {' '.join(words)} /dev/stdin",
                    "web3": f"cat {script} | {' '.join(words)} -", "web4": f"{' '.join(words)} - <{script}"}
        for name, command in commands.items():
            done = subprocess.run(["bash", "-c", command.replace("NAME", name)], env=home.environment(), cwd=home.directory,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90)
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
            self.assertIn(f"{name}  | from a pipe", done.stderr)
        self.create(2, "the recipe on standard input cannot be run: it is empty", "--recipe", "-")
        self.create(2, "65536", "--recipe", "/dev/zero")

    def test_usage(self):
        """words and numbers that make no sense; the nearest word is suggested"""
        self.refuses(2, "create", "server", "creat", "x")
        self.refuses(2, "server", "sever", "list")
        self.refuses(2, "--location", "server", "create", "x", "--locaton", "nbg1")
        self.refuses(2, "--count", "server", "create", "x", "--count", "0")
        self.refuses(2, "--app", "server", "create", "x", "--app", "doom")
        self.refuses(2, "K=V", "server", "create", "x", "--label", "nonsense")
        self.refuses(2, "reserved", "server", "create", "x", "--label", "managed-by=me")
        self.refuses(2, "slipway", "server", "create")
        self.refuses(2, "slipway")

    def test_hetzner(self):
        """no token, a wrong token, an endpoint that is not there, http to another machine"""
        self.create(78, "HCLOUD_TOKEN", HCLOUD_TOKEN="")
        self.create(4, "token", HCLOUD_TOKEN="wrong" * 12)
        self.create(5, "127.0.0.1", HCLOUD_ENDPOINT="http://127.0.0.1:1/v1")
        self.create(78, "HCLOUD_ENDPOINT", HCLOUD_ENDPOINT="http://example.com/v1")
        self.create(78, "SLIPWAY_SSH_PORT", SLIPWAY_SSH_PORT="many")
        self.create(78, "CREDENTIAL_ENCRYPTION_KEY", CREDENTIAL_ENCRYPTION_KEY="short")

    def test_databases(self):
        """databases that cannot be opened, are of a newer version, or are something else"""
        home = self.home(self.one)
        self.create(5, "event log", home=home, SLIPWAY_DATABASE_URL="sqlite:/nonexistent/dir/x.db")
        self.create(5, "", home=home, SLIPWAY_DATABASE_URL="sqlite:" + home.write("text.db", "this is no database at all, " * 40))
        self.create(2, "sqlite:", home=home, SLIPWAY_DATABASE_URL="mysql://x/y")
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "newer.db")
            made = self.home(self.one)
            made.database = path
            self.assertEqual(made.slipway("server", "create", "x", "--no-wait").code, 0)
            database = sqlite3.connect(path)
            version, = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {version + 1}")
            database.commit()
            database.close()
            self.create(5, "newer", home=made)
            listed = made.slipway("server", "list")
            self.assertEqual(listed.code, 5, str(listed))

    def stranger(self, home, *arguments, **more):
        """slipway as somebody who may not look into the home's directory of the database."""
        env = {**home.environment(**more), "HOME": home.directory}
        if os.geteuid() != 0:
            return subprocess.run([SLIPWAY, *arguments], env=env, cwd="/", capture_output=True, text=True)
        own = os.path.join(home.directory, "slipway")  # the build may be where only root may go
        if not os.path.exists(own):
            shutil.copy(SLIPWAY, own)
        os.chmod(home.directory, 0o777)
        return subprocess.run([own, *arguments], env=env, cwd="/", capture_output=True, text=True, user=65534, group=65534,
                              extra_groups=[])

    def test_folder_of_another_user(self):
        """a database in a folder of another user is not "none yet": every command says why it cannot go on"""
        home = self.home(self.one)
        locked = os.path.join(home.directory, "locked")
        os.mkdir(locked)
        home.database = os.path.join(locked, "slipway.db")
        self.assertEqual(home.slipway("server", "create", "web1", "--no-wait").code, 0)
        os.chmod(locked, 0o700 if os.geteuid() == 0 else 0)
        self.addCleanup(os.chmod, locked, 0o700)
        key = home.write("key.pub", open(home.key + ".pub").read())
        for verb in ("server list", "server list --json", "server show web1", "server delete web1 --yes", "server ssh web1",
                     "server resume", "contract list", "offering list", "audit", f"server create web2 --ssh-key {key}"):
            done = self.stranger(home, *verb.split())
            self.assertEqual(done.returncode, 5, f"{verb}: {done}")
            self.assertIn("Permission denied", done.stderr, verb)
            self.assertEqual(done.stdout, "", verb)
        done = self.stranger(home, "doctor")
        self.assertEqual(done.returncode, 1, done)
        self.assertRegex(done.stdout, f"failed +database +the event log {home.database} cannot be opened: Permission denied")
        self.assertNotIn("there is none yet", done.stdout)
        done = self.stranger(home, "server", "list", HCLOUD_TOKEN="", CREDENTIALS_DIRECTORY=locked)
        self.assertEqual(done.returncode, 78, done)
        self.assertIn("HCLOUD_TOKEN cannot be read", done.stderr)
        self.assertNotIn("bug", done.stderr)

    def test_proxy(self):
        """doctor says that a proxy in the environment is not used"""
        home = self.home(self.one)
        for name in ("HTTPS_PROXY", "https_proxy"):
            done = home.slipway("doctor", **{name: "http://proxy.example:3128"})
            self.assertRegex(done.out, f"warning +proxy +{name} is set, and slipway uses no proxy")
        self.assertNotIn("proxy ", home.slipway("doctor").out)

    def test_not_found(self):
        """show and delete of a VM that does not exist; an empty list"""
        self.refuses(3, "nobody", "server", "show", "nobody")
        self.refuses(3, "nobody", "server", "delete", "nobody")
        done = self.home(self.one).slipway("server", "list", "--json")
        self.assertEqual((done.code, done.json), (0, []))
        done = self.home(self.one).slipway("server", "resume", "--json")
        self.assertEqual((done.code, done.json), (0, []))

    def test_full_stdout(self):
        """a result that cannot be written is exit 1 with a sentence, for every verb; a reader that hangs up is none"""
        home = self.home(self.one)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-wait").code, 0)
        verbs = ["server list --json", "server list", "server show web1", "server show web1 --json", "offering list --json",
                 "contract list --json", "server create web2 --dry-run", "server create web2 --no-wait", "catalog locations",
                 "completion bash", "docs backup", "--help", "server --help", "--version", "doctor", "__man"]
        log_verbs = ["list", "list --json", "show web1", "why web1", "events", "verify", "stats", "graph vm", "export", "--help",
                     "--version"]
        for program, verb in [(SLIPWAY, verb) for verb in verbs] + [(SLIPWAY_LOG, verb) for verb in log_verbs] + \
                [(SLIPWAYD, "--check-config")]:
            with open("/dev/full", "w") as full:
                done = subprocess.run([program, *verb.split()], env=home.environment(), cwd=home.directory, stdout=full,
                                      stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1, f"{program} {verb}: {done.stderr}")
            self.assertIn("stdout cannot be written: No space left on device", done.stderr, verb)
        for program, verb in ((SLIPWAY, "docs backup"), (SLIPWAY_LOG, "list")):
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run([program, *verb.split()], env=home.environment(), stdout=writer, stderr=subprocess.PIPE, text=True)
            os.close(writer)
            self.assertEqual((done.returncode, done.stderr), (0, ""), verb)

    def test_full_disk(self):
        """a full disk: before the order nothing is created; afterwards nothing is lost, and resume finishes"""
        sim = self.sim()
        small = self.small_disk("512k")
        home = self.home(sim)
        home.database = os.path.join(small, "slipway.db")

        filler = self.fill(small, leave=4096)
        done = home.slipway("server", "create", "web1")
        self.assertEqual(done.code, 5, str(done))
        self.assertIn("full", done.err)
        self.assertEqual((sim.servers(), sim.keys()), ([], []))
        os.remove(filler)

        sim.fault("delay", "1500ms:once@POST /servers")
        process = home.start("server", "create", "web1")
        eventually(lambda: sim.keys(), what="the key")
        self.fill(small)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 5, err)
        self.assertIn("full", err)
        self.assertIn("resume", err)
        os.remove(filler)
        done = home.slipway("server", "resume")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(len(sim.servers()), 1)
        self.assertEqual([v["state"] for v in home.vms()], ["active"])
        self.assert_log_verifies(home)


if __name__ == "__main__":
    run()
