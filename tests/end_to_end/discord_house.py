"""slipwayd with a bot: a Discord, a Hetzner and a daemon between them, for the end-to-end tests."""
import os
import shutil
import ssl
import subprocess
import sys
import tempfile

from harness import Case
from house import Daemon

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "discord"))
from fake_discord import ANN, BEN, FakeDiscord  # noqa: E402


class Authority:
    """A certificate authority of a test's own, and a server's certificate for this machine."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="slipway-ca-")
        self.file = os.path.join(self.directory, "ca.pem")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                      "/CN=slipway test", "-keyout", self._at("ca.key"), "-out", self.file)
        with open(self._at("names"), "w", encoding="utf-8") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                      "-keyout", self._at("server.key"), "-out", self._at("server.csr"))
        self._openssl("x509", "-req", "-in", self._at("server.csr"), "-CA", self.file, "-CAkey", self._at("ca.key"),
                      "-CAcreateserial", "-days", "2", "-extfile", self._at("names"), "-out", self._at("server.pem"))

    def _at(self, name):
        return os.path.join(self.directory, name)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._at("server.pem"), self._at("server.key"))
        return context

    def close(self):
        shutil.rmtree(self.directory)


class DiscordCase(Case):
    """Ann and Ben may use the bot, and its owner."""

    def discord(self, **more):
        fake = FakeDiscord(**more)
        self.addCleanup(fake.close)
        return fake

    def authority(self):
        made = Authority()
        self.addCleanup(made.close)
        return made

    def bot(self, sim, fake, start=True, key=True, **settings):
        """A daemon whose bot is at the gateway; the project has an SSH key."""
        daemon = Daemon(sim, DISCORD_TOKEN=fake.token, DISCORD_API_BASE=fake.base, HCLOUD_TOKEN=sim.token,
                        DISCORD_ALLOWED_USERS=f"{ANN.id},{BEN.id}", HETZNER_PROVISIONING_ENABLED="", **settings)
        if fake.tls:
            daemon.settings["SLIPWAY_CA_FILE"] = fake.tls.file
        self.addCleanup(daemon.close)
        if key:
            daemon.key_path, line = daemon.key_pair()
            sim.add_key("laptop", line)
        if start:
            daemon.start()
            fake.gateway.until_ready()
        return daemon

    def create(self, fake, user=ANN, name="web", dm=False, **more):
        """A /create whose plan is there."""
        asked = fake.command(user, "create", name=name, location="nbg1", image="ubuntu-24.04", dm=dm, **more)
        asked.until(what="a plan")
        return asked

    def assert_no_violations(self, fake):
        self.assertEqual(fake.violations, [])


def settled(count):
    """Whether a message says how each of so many VMs has ended."""
    def check(message):
        lines = [line for line in message["content"].splitlines() if line[:1] in "✅❌⚠🗑"]
        return len(lines) == count
    return check
