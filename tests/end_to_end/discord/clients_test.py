"""The fake Discord is one: bots made with python3-discord and with discord.js complete a command against it over TLS, in a
guild and in a DM, take their session up again, begin a new one, and wait where they are limited. Each is skipped where it
cannot be had.

clients_test.py DIRECTORY     where discord.js comes from the npm registry, at a fixed version, once
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))
from fake_discord import ANN, FakeDiscord  # noqa: E402
from authority import Authority  # noqa: E402
from harness import eventually, run  # noqa: E402

HOME = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 and os.sep in sys.argv[1] else tempfile.gettempdir())
DISCORD_JS = "14.28.1"
# What slipway's bot may not do and these do everywhere, which Discord takes: fields that an edit does not have; and
# python3-discord says who it is only where it authenticates itself, and goes to /resume for a new session.
HABITS = ("/tts, which", "/enforce_nonce, which", "without a bot's User-Agent", "an IDENTIFY at /resume")


def discord_js(skip):
    """The directory that has it."""
    home = HOME / ("discord.js-" + DISCORD_JS)
    if (home / "node_modules/discord.js/package.json").exists():
        return home
    if not shutil.which("node") or not shutil.which("npm"):
        skip("node and npm are not installed")
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text("{}")
    command = ["npm", "install", "--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
               "--fetch-timeout=30000", "--loglevel=error", "discord.js@" + DISCORD_JS]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        skip("npm did not get discord.js in time")
    if done.returncode != 0:
        skip("npm did not get discord.js: " + (done.stderr.strip().splitlines() or ["no reason given"])[0])
    return home


class Clients(unittest.TestCase):
    def setUp(self):
        self.authority = Authority()
        self.addCleanup(self.authority.close)
        self.fake = FakeDiscord(tls=self.authority)
        self.addCleanup(self.fake.close)

    maxDiff = None

    def start(self, command, directory=None):
        self.log = tempfile.TemporaryFile()
        self.addCleanup(self.log.close)
        trust = {"SSL_CERT_FILE": self.authority.file, "NODE_EXTRA_CA_CERTS": self.authority.file}
        bot = subprocess.Popen([str(part) for part in command], cwd=directory, stdin=subprocess.DEVNULL, stdout=self.log,
                               stderr=subprocess.STDOUT, env={**os.environ, **trust})
        self.addCleanup(bot.wait)
        self.addCleanup(bot.kill)
        self.seen(lambda: self.fake.commands and self.fake.gateway.current, "the bot with its command", 30)

    def seen(self, condition, what, seconds=20):
        try:
            return eventually(condition, seconds, what)
        except AssertionError as missing:
            self.log.seek(0)
            raise AssertionError(f"{missing}; violations {self.fake.violations}; its log:\n"
                                 f"{self.log.read().decode(errors='replace')[-3000:]}") from None

    def completes(self, dm=False):
        fake = self.fake
        typed = fake.type(ANN, "hello", "word", "wo", dm=dm)
        self.seen(lambda: typed.answer, "an answer to what is typed")
        self.assertEqual(typed.answer["data"]["choices"], [{"name": "world", "value": "world"}])
        asked = fake.command(ANN, "hello", word="world", dm=dm)
        self.seen(lambda: asked.follow_ups, "a follow-up")
        self.assertEqual((asked.answer["type"], asked.answer["data"]["flags"]), (5, 64))
        self.assertEqual(asked.message["content"], f"hello world from ann in a {'DM' if dm else 'guild'}")
        self.assertEqual(asked.follow_ups[0]["content"], "and more")
        pressed = fake.press(ANN, asked, "Again", dm=dm)
        self.seen(lambda: pressed.answer, "an answer to the button")
        self.assertEqual((pressed.answer["type"], asked.message["content"], asked.message["components"]), (7, "pressed", []))

    def comes_back(self, how, fault, *more):
        gateway, before = self.fake.gateway, len(getattr(self.fake.gateway, how))
        fault(*more)
        self.seen(lambda: len(getattr(gateway, how)) > before and gateway.current, f"{how} after {fault.__name__} {more}")

    def whole(self):
        fake, gateway = self.fake, self.fake.gateway
        self.completes()
        gateway.split = gateway.fragmented = gateway.large = True
        self.comes_back("resumed", gateway.reset, "mid-frame")
        self.completes(dm=True)
        gateway.split = gateway.fragmented = gateway.large = False
        self.comes_back("resumed", gateway.send, 7)
        fake.fault("edit_429")   # it waits, and says it again
        self.completes()
        self.assertEqual(fake.faults["edit_429"], 0)
        self.assertEqual(len(gateway.identified), 1)
        self.comes_back("identified", gateway.send, 9, False)
        self.completes()
        self.assertEqual([one for one in fake.violations if not any(habit in one for habit in HABITS)], [])

    def test_discord_py(self):
        """python3-discord completes commands against the fake, in a guild and in a DM, also after a RESUME"""
        python = next((one for one in (sys.executable, "/usr/bin/python3") if os.path.exists(one) and subprocess.run(
            [one, "-c", "import discord.app_commands"], cwd="/", capture_output=True).returncode == 0), None)
        if not python:
            self.skipTest("python3-discord is not installed")
        self.start([python, HERE / "discordpy_client.py", self.fake.base, self.fake.gateway.url, self.fake.token])
        self.whole()

    def test_discord_js(self):
        """discord.js completes commands against the fake, in a guild and in a DM, also after a RESUME"""
        home = discord_js(self.skipTest)
        self.start(["node", HERE / "discordjs_client.mjs", self.fake.base.rsplit("/", 1)[0], self.fake.token], home)
        self.whole()


if __name__ == "__main__":
    run()
