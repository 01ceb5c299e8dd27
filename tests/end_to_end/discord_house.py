"""slipwayd with a bot: a Discord, a Hetzner and a daemon between them, for the end-to-end tests."""
import os
import sys

from harness import Case
from house import Daemon

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "discord"))
from authority import Authority  # noqa: E402
from fake_discord import ANN, BEN, FakeDiscord  # noqa: E402


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
