"""A folder that came with somebody else's repository: its .env sends no secret away and runs no command, and the .env of
an honest application stops nobody."""
import os
import socket
import subprocess
import threading
import unittest

from harness import PATIENCE, SLIPWAY, SLIPWAY_LOG, Home, run
from house import SLIPWAYD

REAL = "real0token0real0token0real0token0real0token0real0token0real0tok0"
DUMMY = "dummy0token0dummy0token0dummy0token0dummy0token0dummy0token0dumm"


class Listener:
    """Whom a hostile file names: remembers all that is sent, and answers nothing that could be used."""

    def __init__(self):
        self.heard = b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                self.heard += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    def close(self):
        self.socket.close()


class Folder(unittest.TestCase):
    def setUp(self):
        self.listener = Listener()
        self.addCleanup(self.listener.close)
        self.home = Home(None)
        self.addCleanup(self.home.close)
        self.folder = os.path.join(self.home.directory, "cloned")
        os.mkdir(self.folder)
        self.evil = f"http://127.0.0.1:{self.listener.port}"
        os.makedirs(os.path.join(self.home.directory, ".config/slipway"))
        self.home.write(".config/slipway/hetzner_credentials", REAL + "\n", 0o600)

    def holds(self, text, name=".env"):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)
        os.chmod(file.name, 0o600)

    def run_there(self, *command, stdin="", **env):
        """With nothing set but what is given."""
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG") or k.endswith("SAN_OPTIONS")}
        return subprocess.run(command, cwd=self.folder, env={**kept, "HOME": self.home.directory, **env}, input=stdin,
                              capture_output=True, text=True, timeout=60 * PATIENCE)

    def refuses(self, done, *names):
        self.assertEqual(done.returncode, 78, done.stderr)
        for name in names:
            self.assertIn(name, done.stderr)
        self.assertEqual(self.listener.heard, b"")

    def test_endpoint(self):
        """HCLOUD_ENDPOINT in ./.env gets no token but the one beside it: not the kept one, not the environment's, not one typed now"""
        self.holds(f"HCLOUD_ENDPOINT={self.evil}/v1\n")
        self.refuses(self.run_there(SLIPWAY, "catalog", "locations"), "HCLOUD_ENDPOINT", "--config FILE")
        self.refuses(self.run_there(SLIPWAY, "auth", "set", "--token-stdin", stdin=REAL), "HCLOUD_ENDPOINT")
        self.holds(f"HCLOUD_TOKEN={DUMMY}\nHCLOUD_ENDPOINT={self.evil}/v1\n")
        self.refuses(self.run_there(SLIPWAY, "catalog", "locations", HCLOUD_TOKEN=REAL), "HCLOUD_ENDPOINT", "--config FILE")
        self.refuses(self.run_there(SLIPWAY, "auth", "set", "--token-stdin", stdin=REAL), "HCLOUD_ENDPOINT")
        self.run_there(SLIPWAY, "provider", "set", "acme", "--token-stdin", stdin=REAL, CREDENTIAL_ENCRYPTION_KEY="a" * 64)
        self.run_there(SLIPWAY, "catalog", "locations")
        self.assertIn(DUMMY.encode(), self.listener.heard)
        self.assertNotIn(REAL.encode(), self.listener.heard)

    def test_api(self):
        """SLIPWAY_API in ./.env gets no provider's token"""
        self.holds(f"SLIPWAY_API={self.evil}\n")
        self.refuses(self.run_there(SLIPWAY, "provider", "set", "acme", "--token-stdin", stdin=REAL), "SLIPWAY_API", "--config FILE")

    def test_command(self):
        """SLIPWAY_SSH_USER in ./.env is refused, and no user's name is ever a command"""
        ran = os.path.join(self.home.directory, "ran")
        user = f"-oProxyCommand=touch {ran};#"
        self.holds(f"SLIPWAY_SSH_USER={user}\n")
        self.refuses(self.run_there(SLIPWAY, "server", "ssh", "web1"), "SLIPWAY_SSH_USER", "--config FILE")
        self.holds("")
        self.refuses(self.run_there(SLIPWAY, "server", "ssh", "web1", SLIPWAY_SSH_USER=user), "SLIPWAY_SSH_USER")
        self.assertFalse(os.path.exists(ran))

    def test_database(self):
        """a database in ./.env is refused, by the daemon too; slipway-log reads no .env at all"""
        self.holds("SLIPWAY_DATABASE_URL=sqlite:theirs.db\n")
        self.refuses(self.run_there(SLIPWAY, "server", "delete", "1", "--yes"), "SLIPWAY_DATABASE_URL", "--config FILE")
        self.refuses(self.run_there(SLIPWAYD, "--check-config"), "SLIPWAY_DATABASE_URL", "--config FILE")
        self.assertNotIn("theirs.db", self.run_there(SLIPWAY_LOG, "list").stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "theirs.db")))

    def test_own_file(self):
        """the same lines count in a file that was named, or is in ~/.config/slipway, unless others can write it"""
        lines = f"HCLOUD_ENDPOINT={self.evil}/v1\nSLIPWAY_DATABASE_URL=sqlite:mine.db\n"
        self.holds("SLIPWAY_API=unix:/of/another\n")
        self.holds(lines, "mine")
        for command in ([SLIPWAY, "--config", "mine", "doctor"], [SLIPWAYD, "--config", "mine", "--check-config"]):
            self.assertNotIn("SLIPWAY_API", self.run_there(*command).stderr)
        self.run_there(SLIPWAY, "--config", "mine", "catalog", "locations")
        self.assertIn(REAL.encode(), self.listener.heard)
        self.listener.heard = b""
        os.chmod(os.path.join(self.folder, "mine"), 0o666)
        for program in ([SLIPWAY, "catalog", "locations"], [SLIPWAYD, "--check-config"]):
            self.refuses(self.run_there(*program, "--config", "mine"), "mine", "chmod go-w")
        os.remove(os.path.join(self.folder, ".env"))
        path = self.home.write(".config/slipway/config", lines, 0o620)
        self.refuses(self.run_there(SLIPWAY, "catalog", "locations"), path, "chmod go-w")

    def test_application(self):
        """the .env of an application is read as its own libraries read it: values over several lines, comments behind them"""
        self.holds('# the shop\nKEY="-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"\n'
                   f"no setting at all\nexport HCLOUD_TOKEN='{DUMMY}' # ours\nHOME=/app\n")
        done = self.run_there(SLIPWAY, "server", "list")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertEqual(self.run_there(SLIPWAYD, "--check-config").returncode, 0)


if __name__ == "__main__":
    run()
