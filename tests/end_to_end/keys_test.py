"""SSH keys as people have them in ~/.ssh: one answer to which there are, found out before an order, and the VM's own is the
one that is offered to it."""
import itertools
import os
import shutil
import subprocess

from harness import Case, Sim, run


def ssh_keygen(*arguments):
    subprocess.run(["ssh-keygen", "-q", *arguments], check=True)


class Keys(Case):
    @classmethod
    def setUpClass(cls):
        cls.one = Sim(ssh=False)
        cls.names = itertools.count(1)

    @classmethod
    def tearDownClass(cls):
        cls.one.close()

    def ordered(self, home, *options):
        """The same options for a plan and an order: what is refused is refused for both."""
        name = f"web{next(self.names)}"
        planned = home.slipway("server", "create", name, "--dry-run", *options)
        done = home.slipway("server", "create", name, "--no-wait", *options)
        self.assertEqual(planned.code, done.code, f"{planned}\n{done}")
        return done

    def certify(self, home):
        authority = os.path.join(home.directory, "authority")
        ssh_keygen("-t", "ed25519", "-N", "", "-f", authority)
        ssh_keygen("-s", authority, "-I", "tester", "-n", "root", home.key + ".pub")
        self.assertIn("id_ed25519-cert.pub", os.listdir(home.directory + "/.ssh"))

    def test_certificate(self):
        """a key and its certificate are one key; a certificate is told by its name when it is given as a key"""
        home = self.home(self.one)
        self.certify(home)
        done = self.ordered(home)
        self.assertEqual(done.code, 0, str(done))
        done = self.ordered(home, "--ssh-key", home.key + "-cert.pub")
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("certificate", done.err)

    def test_odd_names_and_comments(self):
        """a comment in Latin-1 and a file called .pub are no reason to refuse a key, before the order or after it"""
        home = self.home(self.one)
        with open(home.key + ".pub", "rb") as file:
            kind, blob = file.read().split()[:2]
        latin = os.path.join(home.directory, "latin.pub")
        with open(latin, "wb") as file:
            file.write(kind + b" " + blob + b" J\xfcrgen\n")
        shutil.copy(home.key + ".pub", home.directory + "/.pub")
        for path in (latin, ".pub"):
            done = self.ordered(home, "--ssh-key", path)
            self.assertEqual(done.code, 0, str(done))
        events = home.events()
        self.assertEqual([e["data"]["spec"]["public_key"].split()[2:] for e in events if e["type"] == "vm_requested"], [[], ["tester"]])

    def test_files_that_are_no_keys(self):
        """a *.pub that is no key is passed over beside one that is; alone, it is said why"""
        home = self.home(self.one)
        home.write(".ssh/notes.pub", "hello\n")
        self.assertEqual(self.ordered(home).code, 0)
        os.remove(home.key + ".pub")
        done = self.ordered(home)
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("notes.pub", done.err)

    def test_labels(self):
        """a label's prefix with _, which Hetzner refuses, is refused before the order"""
        home = self.home(self.one)
        for label in ("my_team/role=web", "_a/b=c"):
            done = self.ordered(home, "--label", label)
            self.assertEqual(done.code, 2, str(done))
            self.assertIn("label key", done.err)


class Agent(Case):
    """An agent that holds eight keys of other places, as those of people do."""

    def crowded_agent(self, home):
        socket = os.path.join(home.directory, "agent")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE, text=True)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.terminate)
        self.addCleanup(agent.stdout.close)
        agent.stdout.readline()  # it listens before it prints
        for i in range(8):
            other = os.path.join(home.directory, f"other{i}")
            ssh_keygen("-t", "ed25519", "-N", "", "-f", other)
            self.add(socket, other)
        return socket

    def add(self, socket, key):
        subprocess.run(["ssh-add", "-q", key], env={**os.environ, "SSH_AUTH_SOCK": socket}, check=True)

    def setUp(self):
        self.mine = self.home(self.sim())
        done = self.mine.slipway("server", "create", "web1", "--no-kamal")
        self.assertEqual(done.code, 0, str(done))
        self.socket = self.crowded_agent(self.mine)
        self.mine.write(".ssh/config", "BatchMode yes\n", 0o600)

    def logs_in(self):
        done = self.mine.slipway("server", "ssh", "web1", "--", "echo", "inside", SSH_AUTH_SOCK=self.socket)
        self.assertEqual((done.code, done.out), (0, "inside\n"), str(done))

    def test_key_file(self):
        """eight other keys in the agent: the VM's own is the one that is offered"""
        self.logs_in()

    def test_key_in_the_agent(self):
        """the same where only the agent has the VM's key, and its public file is gone"""
        self.add(self.socket, self.mine.key)
        os.remove(self.mine.key)
        self.logs_in()
        os.remove(self.mine.key + ".pub")
        self.logs_in()


if __name__ == "__main__":
    run()
