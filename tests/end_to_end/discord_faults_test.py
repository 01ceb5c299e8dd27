"""What Discord and the way to it may do to the bot: every fault of the gateway and of REST, after which the bot works, no
command that was acknowledged is lost and none is carried out twice. And Hetzner that is down."""
import time

from discord_house import DiscordCase, settled
from fake_discord import ANN, EPHEMERAL
from harness import eventually, run


class Faults(DiscordCase):
    def works(self, fake, what):
        """Somebody is answered; one whose interaction was lost asks again."""
        for _ in range(8):
            asked = fake.command(ANN, "list")
            try:
                eventually(lambda: asked.answer, 4, "an answer")
                break
            except AssertionError:
                continue
        asked.until(seconds=10, what=f"/list after {what}")

    def back(self, fake, act, resumes):
        """After this the bot is at the gateway again: with its session, or with a new one."""
        gateway = fake.gateway
        before = len(gateway.resumed), len(gateway.identified)
        act()
        at = 0 if resumes else 1
        eventually(lambda: (len(gateway.resumed), len(gateway.identified))[at] > before[at] and gateway.current, 30,
                   "a RESUME" if resumes else "an IDENTIFY")
        if resumes:
            self.assertEqual(len(gateway.identified), before[1])
            self.assertTrue(gateway.resumed[-1][1].startswith("/resume"), gateway.resumed[-1])

    def test_gateway(self):
        """op 1, 7 and 9, close codes, a broken connection: each is got over as Discord wants it (4008 takes a minute: unit test)"""
        sim = self.sim(ssh=False)
        # A few each: a gateway that throws its clients out all the time is asked less and less often.
        for faults in (((7, None, True), (9, True, True), (9, False, False)), (("reset", None, True), (4000, None, True)),
                       ((4001, None, True), (4002, None, True)), ((4009, None, True), (4003, None, False)),
                       ((4005, None, False), (4007, None, False))):
            fake = self.discord()
            daemon = self.bot(sim, fake, key=False)
            gateway = fake.gateway
            heartbeats = gateway.heartbeats
            gateway.send(1)
            eventually(lambda: gateway.heartbeats > heartbeats, 1, "a heartbeat at once")
            for what, data, resumes in faults:
                with self.subTest(fault=what, data=data):
                    if what == "reset":
                        self.back(fake, gateway.reset, resumes)
                    elif what > 1000:
                        self.back(fake, lambda: gateway.close_code(what), resumes)
                    else:
                        self.back(fake, lambda: gateway.send(what, data), resumes)
                    self.works(fake, what)
            self.assertEqual(daemon.stop(), 0)
            self.assert_no_violations(fake)

    def test_no_acknowledgement(self):
        """Heartbeats that nobody answers: the connection is given up and taken up again; a RESUME that nobody answers, too"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        gateway = fake.gateway
        gateway.answers_heartbeats = False
        before = len(gateway.resumed)
        eventually(lambda: len(gateway.resumed) > before, 15, "a RESUME")
        gateway.answers_heartbeats = True
        self.assertNotIn(gateway.closed[-1], (1000, 1001))
        self.works(fake, "silence")
        gateway.answers_resume = False
        identified = len(gateway.identified)
        gateway.reset()
        eventually(lambda: len(gateway.identified) > identified, 60, "an IDENTIFY")
        self.works(fake, "a RESUME that nobody answers")

    def test_beginnings(self):
        """A HELLO that does not come, and an op 7 in its place"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, start=False)
        fake.gateway.hello = "op7 first"
        daemon.start()
        eventually(lambda: fake.gateway.closed, 20, "the bot to leave")
        fake.gateway.hello = ""
        fake.gateway.until_ready(30)
        self.works(fake, "an op 7 before HELLO")

    def test_delivered_twice(self):
        """A /create and its confirmation that the gateway brings twice are carried out once"""
        sim, fake = self.sim(), self.discord()
        self.bot(sim, fake)
        fake.gateway.repeats = True
        asked = self.create(fake)
        self.back(fake, fake.gateway.reset, True)
        pressed = fake.press(ANN, asked, "Create")
        eventually(lambda: pressed.answer, 5, "the acknowledgement")
        self.back(fake, fake.gateway.reset, True)
        pressed.until(settled(1))
        self.works(fake, "repetitions")
        self.assertEqual(len(sim.servers()), 1)
        self.assert_no_violations(fake)

    def test_missed(self):
        """What came while nobody was here is not carried out when Discord takes no acknowledgement for it any more"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake)
        asked = self.create(fake)
        daemon.kill()
        eventually(lambda: not fake.gateway.current, 5, "the end of the connection")
        pressed = fake.press(ANN, asked, "Create")
        fake.deadline = 0
        daemon.start()
        eventually(lambda: "could not be acknowledged in time" in daemon.log_lines(), 20, "the late press")
        self.assertIsNone(pressed.answer)
        self.assertEqual(sim.servers(), [])
        fake.deadline = 3
        # The question is still open as soon as the late press is refused: the sentence may be of the /create, which came again.
        eventually(lambda: fake.press(ANN, asked, "Create").acknowledged()["type"] == 7, 10, "an accepted press")
        eventually(lambda: len(sim.servers()) == 1, 20, "the server")

    def test_rest(self):
        """Acknowledgements whose answer is lost, errors and limits of every kind: the command is carried out once"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        for fault, times in (("callback_lost", 1), ("callback_500", 1), ("original_404", 2), ("edit_500", 2), ("edit_429", 2),
                             ("global_429", 1)):
            with self.subTest(fault=fault):
                fake.fault(fault, times)
                asked = fake.command(ANN, "locations")
                asked.until(lambda m: "nbg1" in m["content"], 20)
                self.assertEqual(fake.faults[fault], 0)
        self.assert_no_violations(fake)

    def test_fatal(self):
        """A token that Discord refuses stops the bot and not the daemon; so does a fatal close code"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, start=False)
        daemon.settings["DISCORD_TOKEN"] = "another.token.here"
        daemon.start()
        eventually(lambda: "Discord refuses DISCORD_TOKEN" in daemon.log_lines(), 10, "the sentence")
        self.assertEqual(daemon.api("GET", "/readyz").status, 200)
        self.assertNotIn("another.token.here", daemon.log_lines())
        self.assertEqual(daemon.stop(), 0)
        daemon.settings["DISCORD_TOKEN"] = fake.token
        daemon.start()
        fake.gateway.until_ready()
        fake.gateway.close_code(4014)
        eventually(lambda: "the bot has stopped" in daemon.log_lines(), 10, "the sentence")
        self.assertEqual(daemon.api("GET", "/readyz").status, 200)
        self.assertIsNone(fake.gateway.current)
        self.assertEqual(daemon.stop(), 0)

    def test_hetzner_down(self):
        """Hetzner down: what is typed is still completed from the catalog, /create says what is wrong"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        fake.command(ANN, "images").until()
        sim.close()
        typed = fake.type(ANN, "create", "image", "ubuntu-24").acknowledged()
        self.assertEqual(len(typed["data"]["choices"]), 1)
        asked = fake.command(ANN, "create", name="web", location="nbg1", image="ubuntu-24.04")
        said = asked.until(seconds=40)["content"]
        self.assertIn("Hetzner", said)
        self.assertEqual(asked.message.get("components"), [])

    def test_half_way(self):
        """One of a batch that cannot be had does not stop the others, and the message says which"""
        sim, fake = self.sim(), self.discord()
        daemon = self.bot(sim, fake)
        first = fake.press(ANN, self.create(fake, name="web1"), "Create")
        first.until(settled(1))
        pressed = fake.press(ANN, self.create(fake, name="web", count=3), "Create")
        done = pressed.until(settled(3))
        self.assertIn("**2 of 3 VMs are ready.**", done["content"])
        self.assertIn("❌ **web1**", done["content"])
        self.assertEqual(sorted(server["name"] for server in sim.servers()), ["web", "web1", "web2"])
        self.assertEqual(len(done["embeds"]), 2)
        self.assertEqual(len(daemon.must(200, "GET", "/v1/vms?state=active")["vms"]), 3)

    def test_latency(self):
        """Acknowledged and completed in Discord's time while a hundred VMs are being made; the times are printed"""
        sim, fake = self.sim("--boot-ms", "1500", ssh=False), self.discord()
        daemon = self.bot(sim, fake, DISCORD_USER_QUOTA=1000, SLIPWAY_SSH_TIMEOUT_SECS="20")
        plans = [self.create(fake, name=f"a{number}x", count=10) for number in range(10)]
        presses = [fake.press(ANN, plan, "Create") for plan in plans]
        asked = []
        end = time.monotonic() + 5
        while time.monotonic() < end:
            asked.append(fake.command(ANN, "locations"))
            asked[-1].acknowledged()
            typed = fake.type(ANN, "create", "image", "u")
            typed.acknowledged()
            asked.append(typed)
        for one in presses:
            one.acknowledged()
        for kind in (5, 8):
            times = sorted(one.latency for one in asked if one.answer["type"] == kind)
            print(f"# type {kind}: {len(times)} in all, p50 {times[len(times) // 2] * 1000:.1f} ms, "
                  f"p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms")
            self.assertLess(times[-1], fake.deadline)
        eventually(lambda: len(sim.servers()) == 50, 60, "the servers of one page")
        self.assertEqual(EPHEMERAL, plans[0].message["flags"])
        self.assertEqual(daemon.api("GET", "/readyz").status, 200)


if __name__ == "__main__":
    run()
