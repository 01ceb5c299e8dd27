"""The Discord bot from the interaction arriving to the last edit: every command, in a guild and in a DM, for people who may
and who may not, against a fake Discord over TLS, hetzner-sim and real SSH servers."""
import json
import subprocess

from discord_house import DiscordCase, settled
from fake_discord import ANN, BEN, EPHEMERAL, OWNER, ROLE, STRANGER
from harness import SLIPWAY, eventually, run
from house import SLIPWAYD


def fields(embed):
    return {one["name"]: one["value"] for one in embed["fields"]}


class Discord(DiscordCase):
    def answer(self, fake, user, command, **options):
        asked = fake.command(user, command, **options)
        return asked.until(what=f"the answer to /{command}")

    def test_life(self):
        """/create from the plan to the embed, /s /list /log, /delete: in a guild and in a DM, over TLS"""
        sim, fake = self.sim(), self.discord(tls=self.authority())
        daemon = self.bot(sim, fake)
        self.assertEqual({one["name"] for one in fake.commands}, {
            "create", "s", "list", "delete", "log", "refresh", "images", "locations", "networks", "sshkeys", "firewalls",
            "setdefaults"})
        self.assertEqual(fake.gateway.identified[0]["intents"], 0)
        for dm, name in ((False, "web"), (True, "home")):
            with self.subTest(dm=dm):
                asked = self.create(fake, name=f"  {name} ", count=2, dm=dm)
                self.assertEqual(asked.answer["type"], 5)
                self.assertEqual(asked.message.get("flags", 0) & EPHEMERAL, 0 if dm else EPHEMERAL)
                plan = fields(asked.message["embeds"][0])
                self.assertEqual((plan["Name"], plan["Type"], plan["Location"]), (f"{name}, {name}1", "cx23", "nbg1"))
                self.assertIn("per month", plan["Price"])
                self.assertEqual(len(sim.servers()), 0 if not dm else 2)
                pressed = fake.press(ANN, asked, "Create", dm=dm)
                self.assertEqual(pressed.acknowledged()["type"], 7)
                self.assertEqual(pressed.answer["data"]["components"], [])
                done = pressed.until(settled(2))
                self.assertIn("All 2 VMs are ready", done["content"])
                self.assertEqual([embed["title"] for embed in done["embeds"]], [name, name + "1"])
                for embed in done["embeds"]:
                    shown = fields(embed)
                    server = next(s for s in sim.servers() if s["name"] == embed["title"])
                    self.assertEqual(shown["Server ID"], f"`{server['id']}`")
                    self.assertEqual(shown["IPv4"], f"`{server['public_net']['ipv4']['ip']}`")
                    self.assertEqual((shown["Status"], shown["Image"]), ("active", "ubuntu-24.04"))
                    self.assertEqual(server["labels"]["discord-user"], ANN.id)
                times = [at for at, _ in pressed.edits]
                self.assertTrue(all(b - a > 1.4 for a, b in zip(times, times[1:])), times)
        self.assertEqual(len(sim.servers()), 4)
        server = sim.servers()[0]
        for how, dm in ((server["name"].upper(), False), (str(server["id"]), True)):
            self.assertEqual(self.answer(fake, ANN, "s", server=how, dm=dm)["embeds"][0]["title"], server["name"])
        self.assertIn("**web1** active", self.answer(fake, ANN, "list", dm=True)["content"])
        for dm in (False, True):
            self.assertIn("SSH answers", self.answer(fake, ANN, "log", server="web", dm=dm)["content"])
        asked = fake.command(ANN, "delete", server="web1")
        asked.until(lambda m: m["components"])
        kept = fake.press(ANN, asked, "Keep")
        self.assertEqual(kept.acknowledged()["data"]["content"], "Nothing was deleted.")
        asked = fake.command(ANN, "delete", server="web1")
        asked.until(lambda m: m["components"])
        pressed = fake.press(ANN, asked, "Delete")
        pressed.until(lambda m: "🗑️ **web1** deleted" in m["content"])
        self.assertEqual(len(sim.servers()), 3)
        vm = next(v for v in daemon.must(200, "GET", "/v1/vms?state=active")["vms"])
        self.assertEqual(vm["owner"], "discord:" + ANN.id)
        self.assert_no_violations(fake)
        self.assertNotIn("tok-", daemon.log_lines())
        self.assertNotIn(fake.token, daemon.log_lines())
        self.assertNotIn("tok-", json.dumps(daemon.events()))
        with open(daemon.database, "rb") as file:
            self.assertNotIn(b"tok-1", file.read())

    def test_looks(self):
        """What the project has is listed, offered while typing, and read again"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        for dm in (False, True):
            for command, said in (("images", "`ubuntu-24.04`"), ("locations", "`hel1`"), ("sshkeys", "laptop"),
                                  ("networks", "Networks"), ("firewalls", "Firewalls"), ("refresh", "1 SSH keys"),
                                  ("setdefaults", "SSH key: none set"), ("list", "no VMs")):
                shown = self.answer(fake, ANN, command, dm=dm)
                self.assertIn(said, shown["content"])
                self.assertEqual(shown.get("flags", 0) & EPHEMERAL, 0 if dm else EPHEMERAL, command)
        typed = fake.type(ANN, "create", "image", "UBUNTU-24").acknowledged()
        self.assertEqual([one["value"] for one in typed["data"]["choices"]], ["ubuntu-24.04"])
        typed = fake.type(ANN, "create", "location", "n").acknowledged()
        self.assertEqual(typed["data"]["choices"][0]["value"], "nbg1")
        self.assertEqual(fake.type(STRANGER, "create", "image", "").acknowledged()["data"]["choices"], [])
        key = sim.keys()[0]["id"]
        self.assertIn(f"SSH key: `{key}`", self.answer(fake, ANN, "setdefaults", ssh_key_id=str(key))["content"])
        both = self.answer(fake, ANN, "setdefaults", network_id="none")["content"]
        self.assertIn(f"SSH key: `{key}`", both)  # one option does not take away the others
        self.assertIn("network: none", both)
        self.assertIn("is no id", self.answer(fake, ANN, "setdefaults", network_id="banana")["content"])
        self.assert_no_violations(fake)

    def test_strangers(self):
        """Who is not allowed is told so, and neither sees, deletes nor confirms what is another's"""
        sim, fake = self.sim(), self.discord()
        daemon = self.bot(sim, fake)
        for dm in (False, True):
            for command in ("list", "create", "images", "delete"):
                denied = fake.command(STRANGER, command, server="web", dm=dm).acknowledged()
                self.assertEqual((denied["type"], denied["data"]["flags"]), (4, EPHEMERAL))
                self.assertIn("may not use this bot", denied["data"]["content"])
        self.assertIn(STRANGER.id, daemon.log_lines())
        plan = self.create(fake)
        for other, dm in ((BEN, False), (OWNER, False), (STRANGER, True)):
            self.assertEqual(fake.press(other, plan, "Create", dm=dm).acknowledged()["type"], 4)
        self.assertEqual(sim.servers(), [])
        pressed = fake.press(ANN, plan, "Create")
        pressed.until(settled(1))
        again = fake.press(ANN, plan, "Create") if plan.message["components"] else None
        self.assertIsNone(again)
        for dm in (False, True):
            self.assertIn("no VMs", self.answer(fake, BEN, "list", dm=dm)["content"])
            for command in ("s", "log", "delete"):
                self.assertEqual(self.answer(fake, BEN, command, server="web", dm=dm)["content"], "You have no VM web.")
        self.assertEqual(fake.type(BEN, "s", "server", "").acknowledged()["data"]["choices"], [])
        self.assertIn("**web**", self.answer(fake, OWNER, "list")["content"])
        asked = fake.command(OWNER, "delete", server="web")
        asked.until(lambda m: m["components"])
        fake.press(OWNER, asked, "Delete").until(lambda m: "🗑️" in m["content"])
        self.assertEqual(sim.servers(), [])
        self.assert_no_violations(fake)

    def test_roles(self):
        """With a role that is allowed, its members may in a guild; with nothing set the owner alone"""
        sim, fake = self.sim(ssh=False), self.discord()
        ANN.roles = ["123456789012345678"]
        self.addCleanup(setattr, ANN, "roles", [ROLE])
        daemon = self.bot(sim, fake, start=False)
        daemon.settings["DISCORD_ALLOWED_USERS"] = ""
        daemon.settings["DISCORD_ALLOWED_ROLES"] = ANN.roles[0]
        daemon.start()
        fake.gateway.until_ready()
        self.assertEqual(fake.command(ANN, "list").acknowledged()["type"], 5)
        self.assertEqual(fake.command(ANN, "list", dm=True).acknowledged()["type"], 4)
        self.assertEqual(fake.command(BEN, "list").acknowledged()["type"], 4)
        self.assertEqual(daemon.stop(), 0)
        daemon.settings["DISCORD_ALLOWED_ROLES"] = ""
        before = len(fake.gateway.resumed)
        daemon.start()
        eventually(lambda: len(fake.gateway.resumed) > before, 20, "the session taken up again")
        self.assertEqual(len(fake.gateway.identified), 1)
        self.assertEqual(fake.command(ANN, "list").acknowledged()["type"], 4)
        self.assertEqual(fake.command(OWNER, "list").acknowledged()["type"], 5)
        self.assertEqual(fake.overwrites, 1)  # the commands had not changed

    def test_wrong_input(self):
        """What cannot be is said in a sentence, and nothing is ordered"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, key=False, DISCORD_USER_QUOTA=3)
        good = {"name": "web", "location": "nbg1", "image": "ubuntu-24.04"}
        for change, said in (({"image": "ubuntu-1.0"}, "is no image for x86"), ({"location": "mars"}, "mars"),
                             ({"name": "no good"}, "name"), ({"count": 11}, "from 1 to 10"), ({"count": 4}, "may have 3"),
                             ({}, "no SSH key")):
            text = self.answer(fake, ANN, "create", **{**good, **change})["content"]
            self.assertIn(said, text)
        for number in (1, 2):
            sim.add_key(f"key{number}", daemon.key_pair()[1])
        text = self.answer(fake, ANN, "create", **good)["content"]
        self.assertIn("/setdefaults", text)
        for key in sim.keys():
            self.assertIn(str(key["id"]), text)
        self.assertIn("Your defaults", self.answer(fake, ANN, "setdefaults", ssh_key_id=str(sim.keys()[1]["id"]))["content"])
        asked = self.create(fake)
        self.assertIn("key2", fields(asked.message["embeds"][0])["SSH key"])
        dropped = fake.press(ANN, asked, "Cancel")
        self.assertEqual(dropped.acknowledged()["data"]["content"], "Nothing was ordered.")
        self.assertEqual((sim.servers(), daemon.events()), ([], []))
        self.assert_no_violations(fake)

    def doctor(self, daemon, code):
        done = subprocess.run([SLIPWAY, "doctor"], env=daemon.environment(), cwd=daemon.directory, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return [line for line in done.stdout.splitlines() if " discord " in line]

    def test_doctor(self):
        """slipway doctor says what stands between the token and a bot that answers, and nothing of the token"""
        sim, fake = self.sim(ssh=False), self.discord()
        daemon = self.bot(sim, fake, start=False)
        lines = "\n".join(self.doctor(daemon, 0))
        self.assertIn("warning  discord        its commands are not registered", lines)
        self.assertIn(f"of application {fake.application['id']}", lines)
        daemon.start()
        fake.gateway.until_ready()
        self.assertIn("ok       discord        its commands are registered", "\n".join(self.doctor(daemon, 0)))
        fake.application["interactions_endpoint_url"] = "https://example.org/discord"
        self.assertIn("clear it in the Developer Portal", "\n".join(self.doctor(daemon, 1)))
        daemon.settings["DISCORD_TOKEN"] = "wrong.token.here"
        lines = "\n".join(self.doctor(daemon, 1))
        self.assertIn("DISCORD_TOKEN", lines)
        self.assertNotIn("wrong.token", lines)
        for name, value in (("DISCORD_ALLOWED_USERS", "ann"), ("DISCORD_USER_QUOTA", "many"), ("DISCORD_API_BASE", "x"),
                            ("DISCORD_TOKEN", "a b")):
            done = subprocess.run([SLIPWAYD, "--check-config"], env=daemon.environment(**{name: value}),
                                  cwd=daemon.directory, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 78, name)
            self.assertIn(name, done.stderr)
            self.assertNotIn("a b", done.stderr)

    def test_networks(self):
        """The rules for networks and firewalls with one and with three of each"""
        sim, fake = self.sim(ssh=False), self.discord()
        self.bot(sim, fake)
        blue = sim.call("POST", "/v1/networks", {"name": "blue", "ip_range": "10.0.0.0/16", "subnets": [
            {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.0.0/24"}]})["network"]["id"]
        wall = sim.call("POST", "/v1/firewalls", {"name": "wall"})["firewall"]["id"]
        shown = fields(self.create(fake).message["embeds"][0])
        self.assertEqual((shown["Network"], shown["Firewall"]), ("blue", "wall"))
        for name in ("red", "green"):
            sim.call("POST", "/v1/networks", {"name": name, "ip_range": "10.0.0.0/16", "subnets": [
                {"type": "cloud", "network_zone": "us-east", "ip_range": "10.0.0.0/24"}]})
            sim.call("POST", "/v1/firewalls", {"name": "wall-" + name})
        said = self.answer(fake, ANN, "create", name="web", location="nbg1", image="ubuntu-24.04")["content"]
        for text in (str(blue), str(wall), "red", "/setdefaults"):
            self.assertIn(text, said)
        self.answer(fake, ANN, "setdefaults", network_id="blue", firewall_id=str(wall))
        shown = fields(self.create(fake).message["embeds"][0])
        self.assertEqual((shown["Network"], shown["Firewall"]), ("blue", "wall"))
        self.answer(fake, ANN, "setdefaults", network_id="red")
        said = self.answer(fake, ANN, "create", name="web", location="nbg1", image="ubuntu-24.04")["content"]
        self.assertIn("us-east", said)  # no subnet there
        self.assertEqual(sim.servers(), [])
        self.assert_no_violations(fake)


if __name__ == "__main__":
    run()
