"""Bad input and a bad machine: one clear sentence that says what to do, the right exit code, nothing created."""
import os
import sqlite3
import subprocess
import tempfile

from harness import SLIPWAY, Case, Sim, eventually, run


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
        for name in ("Web1", "web_1", "web-", "a" * 64, "web 1", "wéb", "web.example"):
            self.create(2, "host name", name=name)
        self.create(2, "NAME", name="-web")

    def test_catalog(self):
        """unknown type, image, location; arm with an x86 image; a type that is not sold there or any more"""
        self.create(2, "cx2", "--server-type", "cx2")
        self.create(2, "nosuch", "--server-type", "nosuch")
        self.create(2, "ubuntu-99", "--image", "ubuntu-99")
        self.create(2, "nbg9", "--location", "nbg9")
        self.create(2, "cx23", "--location", "ash")
        types = self.one.call("GET", "/v1/server_types?per_page=50")["server_types"]
        images = self.one.call("GET", "/v1/images?per_page=50")["images"] + self.one.call("GET", "/v1/images?per_page=50&page=2")["images"]
        arm = {i["name"] for i in images if i["architecture"] == "arm"}
        only_x86 = next(i["name"] for i in images if i["architecture"] == "x86" and i["name"] and i["name"] not in arm)
        self.assertIn("cax11", [t["name"] for t in types])
        self.create(2, only_x86, "--server-type", "cax11", "--image", only_x86)

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

    def test_not_found(self):
        """show and delete of a VM that does not exist; an empty list"""
        self.refuses(3, "nobody", "server", "show", "nobody")
        self.refuses(3, "nobody", "server", "delete", "nobody")
        done = self.home(self.one).slipway("server", "list", "--json")
        self.assertEqual((done.code, done.json), (0, []))
        done = self.home(self.one).slipway("server", "resume", "--json")
        self.assertEqual((done.code, done.json), (0, []))

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
