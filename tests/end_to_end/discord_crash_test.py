"""The bot's daemon is killed at random moments of a batch, from the command arriving to the last edit: after the restart
the batch is completed, in the same message, and nothing is ordered twice. SLIPWAY_DISCORD_KILLS says how often (8), SLIPWAY_DISCORD_BATCH
how many VMs each (3)."""
import os
import random
import time

from discord_house import DiscordCase, settled
from fake_discord import ANN, CHANNEL
from harness import eventually, run

KILLS = int(os.environ.get("SLIPWAY_DISCORD_KILLS", "8"))
BATCH = int(os.environ.get("SLIPWAY_DISCORD_BATCH", "3"))


class Crash(DiscordCase):
    def restart(self, daemon):
        daemon.kill()
        daemon.start()

    def persist(self, act, answered):
        """What a person does: tries again where Discord says that the application did not respond."""
        for _ in range(10):
            one = act()
            try:
                eventually(lambda: one.answer, 3.2, "an answer")
            except AssertionError:
                continue
            if answered(one):
                return one
        raise AssertionError("nobody answers")

    def test_kills(self):
        """Killed at random moments of a batch: completed, shown truly in the same message, nothing ordered twice"""
        sim, fake = self.sim(), self.discord()
        daemon = self.bot(sim, fake, DISCORD_USER_QUOTA=1000)
        chance = random.Random(os.environ.get("SLIPWAY_SEED", "7"))
        for number in range(KILLS):
            moment = chance.uniform(0, 3)
            with self.subTest(kill=number, moment=moment):
                self.one_batch(sim, fake, daemon, f"r{number}", moment)
        done = daemon.slipway_log("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_no_violations(fake)

    def one_batch(self, sim, fake, daemon, name, moment):
        began = time.monotonic()
        killed = []

        def kill_if_it_is_time():
            if not killed and time.monotonic() - began >= moment:
                killed.append(True)
                self.restart(daemon)

        def watch(condition, what):
            def come_true():
                kill_if_it_is_time()
                return condition()
            eventually(come_true, 60, what)

        options = {"name": name, "location": "nbg1", "image": "ubuntu-24.04", "count": BATCH}
        kill_if_it_is_time()
        asked = self.persist(lambda: fake.command(ANN, "create", **options), lambda one: one.answer["type"] == 5)
        watch(lambda: asked.message["components"], f"the plan of {name}: {asked.message}")
        pressed = self.persist(lambda: fake.press(ANN, asked, "Create"), lambda one: True)
        # A press that nobody took is made again; one that was taken and lost its answer finds the question answered.
        self.assertIs(pressed.message, asked.message)
        watch(lambda: settled(BATCH)(asked.message), f"the end of {name}: {asked.message}")
        if not killed:
            self.restart(daemon)
        self.assertIn(f"All {BATCH} VMs are ready", asked.message["content"])
        mine = [server for server in sim.servers() if server["name"].startswith(name)]
        self.assertEqual(len(mine), BATCH, [server["name"] for server in mine])
        self.assertEqual({embed["title"] for embed in asked.message["embeds"]}, {server["name"] for server in mine})
        for vm in daemon.must(200, "GET", "/v1/vms?state=active&limit=1000")["vms"]:
            daemon.must(202, "DELETE", "/v1/vms/" + vm["id"])
        eventually(lambda: not sim.servers(), 60, "an empty project")

    def test_between(self):
        """Killed when the command is acknowledged and no plan is there; when the press is and nothing is ordered"""
        sim, fake = self.sim(), self.discord()
        daemon = self.bot(sim, fake)
        # Discord has the acknowledgement, and the bot does not know it yet: nothing is planned, and nothing ordered.
        fake.faulty.slowness = 2.0
        fake.fault("callback_slow", 2)
        asked = fake.command(ANN, "create", name="early", location="nbg1", image="ubuntu-24.04", count=2)
        asked.acknowledged()
        self.restart(daemon)
        asked.until(lambda m: m["components"], what="the plan after the restart")
        fake.fault("callback_slow", 2)
        pressed = fake.press(ANN, asked, "Create")
        pressed.acknowledged()
        daemon.kill()
        self.assertEqual((sim.servers(), daemon.events()), ([], []))
        fake.fault("callback_slow", 0)
        daemon.start()
        pressed.until(settled(2))
        self.assertEqual(sorted(server["name"] for server in sim.servers()), ["early", "early1"])
        # A plan is good after a restart; another person's press is not.
        asked = self.create(fake, name="later")
        self.restart(daemon)
        fake.press(ANN, asked, "Create").until(settled(1))
        self.assertEqual(len(sim.servers()), 3)
        self.assert_no_violations(fake)

    def test_late(self):
        """Beyond the token's life the message goes on: in a DM itself, in a guild by DM, with closed DMs in the channel"""
        sim, fake = self.sim("--boot-ms", "4000"), self.discord()
        daemon = self.bot(sim, fake)
        for name, dm, closed in (("one", True, False), ("two", False, False), ("three", False, True)):
            with self.subTest(name=name):
                fake.token_life = 900
                fake.closed_dms = {ANN.id} if closed else set()
                pressed = fake.press(ANN, self.create(fake, name=name, dm=dm), "Create", dm=dm)
                pressed.until(lambda m: "⏳" in m["content"])
                eventually(lambda: pressed.edits, 10, "an edit")
                fake.token_life = 0
                if dm:
                    self.assertIn("ready.", pressed.until(settled(1))["content"])
                    continue
                channel = CHANNEL if closed else fake.dm_of(ANN.id)
                eventually(lambda: any("ready." in one["content"] for one in fake.in_channel(channel)), 30, "the message")
                text = str(fake.in_channel(channel))
                self.assertEqual("127." in text, not closed, text)  # addresses are not for everybody
                self.assertEqual(len(fake.in_channel(channel)), 1)
        self.assert_no_violations(fake)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    run()
