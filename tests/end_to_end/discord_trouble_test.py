"""What else Discord and the way to it may do to the bot, after which it works: HELLOs that are late or never come, frames in
pieces, longer than a TLS record and split over many, connections that break in the midst of one; answers that are late, lost
or somebody else's. The rest is in discord_faults_test.py."""
from discord_house import DiscordCase
from fake_discord import ANN
from harness import eventually, run


class Trouble(DiscordCase):
    def listed(self, fake, what, seconds=20):
        asked = fake.command(ANN, "locations")
        asked.until(lambda shown: "nbg1" in shown["content"], seconds, f"/locations after {what}")
        return asked

    def test_hello(self):
        """A HELLO that comes late, one that never comes, and an op 7 in its place: the bot comes to the gateway all the same"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, start=False)
        gateway = fake.gateway
        for hello, seconds in (("late", 20), ("op7 instead", 30), ("missing", 60)):
            with self.subTest(hello=hello):
                gateway.hello, before = hello, len(gateway.closed)
                daemon.start()
                if hello != "late":
                    eventually(lambda: len(gateway.closed) > before, 40, "the bot to leave")
                    gateway.hello = ""
                gateway.until_ready(seconds)
                gateway.hello = ""
                self.listed(fake, hello)
                self.assertEqual(daemon.stop(), 0)
                eventually(lambda: gateway.current is None, 5, "the bot to go")
        self.assert_no_violations(fake)

    def test_budget(self):
        """With the day's sessions used up the bot begins none, which would cost its token, and says so"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, start=False)
        fake.gateway.identifies_left = 0
        daemon.start()
        eventually(lambda: "may begin no more sessions for now" in daemon.log_lines(), 10, "the sentence")
        self.assertEqual((fake.gateway.identified, daemon.api("GET", "/readyz").status), ([], 200))
        self.assertEqual(daemon.stop(), 0)
        self.assert_no_violations(fake)

    def test_frames(self):
        """Events in three frames, of more than 64 KiB, in TLS records of a few bytes; an RST in the midst of a frame"""
        sim, fake = self.sim(ssh=False), self.discord(tls=self.authority())
        fake.gateway.fragmented = fake.gateway.large = fake.gateway.split = True
        daemon = self.bot(sim, fake)
        self.listed(fake, "long frames")
        before = len(fake.gateway.resumed)
        fake.gateway.reset("mid-frame")
        eventually(lambda: len(fake.gateway.resumed) > before and fake.gateway.current, 20, "a RESUME")
        self.listed(fake, "half a frame")
        self.assertEqual(daemon.stop(), 0)
        self.assert_no_violations(fake)

    def test_resume_refused(self):
        """A session that Discord no longer has: a new one, and what was asked meanwhile is asked again by people"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        fake.gateway.refuses_resume = True
        fake.gateway.reset()
        eventually(lambda: len(fake.gateway.identified) == 2 and fake.gateway.current, 30, "an IDENTIFY")
        self.listed(fake, "a new session")
        self.assert_no_violations(fake)

    def test_acknowledgements(self):
        """An acknowledgement whose connection breaks, or that a proxy loses, is given again; one whose answer is slow is not"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        for fault in ("callback_reset", "callback_502", "callback_504", "callback_slow"):
            with self.subTest(fault=fault):
                fake.fault(fault)
                self.listed(fake, fault)
                self.assertEqual(fake.faults[fault], 0)
        self.assert_no_violations(fake)

    def test_edits(self):
        """An edit whose answer is lost, whose connection breaks, that is refused for a while: it comes to be"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        for fault, times in (("edit_lost", 1), ("edit_reset", 2), ("edit_502", 2), ("edit_504", 1), ("shared_429", 2),
                             ("edit_slow", 1)):
            with self.subTest(fault=fault):
                fake.fault(fault, times)
                self.listed(fake, fault, 40)
                self.assertEqual(fake.faults[fault], 0)
        self.assert_no_violations(fake)

    def test_locked_out(self):
        """Locked out by the proxy in front of Discord, the bot asks nothing until it may again, and says so"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake)
        self.listed(fake, "nothing at all")
        fake.fault("banned_429")
        fake.command(ANN, "locations").acknowledged()
        eventually(lambda: "locked out in front of Discord" in daemon.log_lines(), 10, "the sentence")
        asked = len(fake.requests)
        unanswered = fake.command(ANN, "list")
        heartbeats = fake.gateway.heartbeats
        eventually(lambda: fake.gateway.heartbeats > heartbeats + 1, 10, "two heartbeats")
        self.assertEqual(len(fake.requests), asked)
        self.assertIsNone(unanswered.answer)
        self.assertEqual(daemon.api("GET", "/readyz").status, 200)
        self.assert_no_violations(fake)

    def test_token_over(self):
        """A token that is over before its time: the answer goes another way, and the bot's own token is not blamed"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake)
        fake.fault("original_50027", 100)
        asked = fake.command(ANN, "locations", dm=True)
        asked.acknowledged()
        eventually(lambda: fake.faults["original_50027"] < 100, 20, "an edit")
        fake.fault("original_50027", 0)
        self.assertNotIn("refuses DISCORD_TOKEN", daemon.log_lines())
        self.listed(fake, "a token that was over")
        self.assert_no_violations(fake)


if __name__ == "__main__":
    run()
