"""The life of one VM on PostgreSQL, for each of those who may ask for one: the CLI with the engine in its own process and
through a daemon, the API, and the Discord bot, also where the daemon whose bot it is dies and another one's takes its place."""
import json
import time

from clerk import Clerk, ClerkCase
from discord_house import DiscordCase, settled
from fake_discord import ANN
from harness import PATIENCE, eventually, run
from postgres_case import PostgresCase

LEASE = 5
RECIPE = "#!/bin/sh\necho run >> recipe-runs\n"


class Askers(PostgresCase, ClerkCase, DiscordCase):
    def log(self, house, verb, *arguments):
        done = house.slipway_log(verb, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_cli(self):
        """slipway server create, list, show, delete, and slipway-log, with the engine in its own process and through a daemon"""
        sim = self.sim()
        self.token = sim.token
        for remote in (False, True):
            with self.subTest(remote=remote):
                house = self.house(sim, SLIPWAY_DATABASE_URL=self.database(), HCLOUD_TOKEN=sim.token, SLIPWAY_LEASE_SECS=LEASE)
                clerk = Clerk(house.start() if remote else house, remote)
                key = house.key_pair()[0] + ".pub"
                recipe = house.directory + "/recipe.sh"
                with open(recipe, "w", encoding="utf-8") as file:
                    file.write(RECIPE)
                self.assertEqual(self.does(clerk, "server", "list", "--json").json, [])
                vm = self.does(clerk, "server", "create", "web1", "--ssh-key", key, "--recipe", recipe, "--json").json
                self.assertEqual((vm["state"], len(sim.servers())), ("active", 1))
                self.assertIn("web1", self.does(clerk, "server", "list").out)
                self.assertEqual(self.does(clerk, "server", "show", "web1", "--json").json["id"], vm["id"])
                self.assertIn("activated", self.log(house, "show", "web1"))
                self.assertIn("active", self.log(house, "why", "web1"))
                self.assertIn("active", self.log(house, "stats"))
                runs = [e for e in house.events(vm["id"]) if e["type"] == "recipe_run"]
                self.assertEqual([e["data"]["exit_code"] for e in runs], [0])
                gone = self.does(clerk, "server", "delete", "web1", "--yes", "--json").json
                self.assertEqual((gone["state"], sim.servers(), sim.keys()), ("terminated", [], []))
                self.does(clerk, "server", "show", "nobody", code=3, said="nobody")
                self.log(house, "verify")
                self.log(house, "check")
                if remote:
                    self.assertEqual(house.stop(), 0)

    def test_beside_a_daemon(self):
        """The engine in the CLI's own process beside a daemon on the same server: each has its VM, and both see both"""
        sim = self.sim()
        self.token = sim.token
        house = self.house(sim, SLIPWAY_DATABASE_URL=self.database(), HCLOUD_TOKEN=sim.token, SLIPWAY_LEASE_SECS=LEASE)
        house.start()
        own, through = Clerk(house, False), Clerk(house, True)
        key = house.key_pair()[0] + ".pub"
        self.does(own, "server", "create", "one", "--ssh-key", key)
        self.does(through, "server", "create", "two", "--ssh-key", key)
        for clerk in (own, through):
            self.assertEqual({vm["name"] for vm in self.does(clerk, "server", "list", "--json").json}, {"one", "two"})
        self.does(through, "server", "delete", "one", "--yes")
        self.does(own, "server", "delete", "two", "--yes")
        self.assertEqual((sim.servers(), sim.keys()), ([], []))
        self.log(house, "verify")

    def test_api(self):
        """a contract and a VM through the API, from the order to the end, with the feed of its events"""
        sim = self.sim()
        house = self.house(sim, SLIPWAY_DATABASE_URL=self.database(), HCLOUD_TOKEN=sim.token, SLIPWAY_LEASE_SECS=LEASE)
        house.start()
        house.provider()
        house.offering(recipe=RECIPE)
        private, public = house.key_pair()
        house.contract("c-1", public)
        active = house.wait("c-1", "active")
        said = house.ssh(active, private, "cat recipe-runs")
        self.assertEqual(said.stdout, "run\n", said.stderr)
        house.end("c-1", "expire")
        house.wait("c-1", "terminated")
        house.must(202, "POST", "/v1/vms", {"name": "web", "ssh_pubkey": public})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web")["state"] == "active", 60, "web")
        house.must(202, "DELETE", "/v1/vms/web")
        eventually(lambda: house.must(200, "GET", "/v1/vms/web")["state"] == "terminated", 60, "the end of web")
        self.assertEqual(sim.servers(), [])
        feed = house.api("GET", "/v1/events?after=0").text.splitlines()
        self.assertEqual([json.loads(line)["event_id"] for line in feed], [e["event_id"] for e in house.events()])
        self.log(house, "verify")

    def two_bots(self, *options):
        """Two daemons with the same bot; the first one is at the gateway."""
        sim, fake = self.sim(*options), self.discord()
        fake.gateway.identify_pace = 0.1  # that one IDENTIFYs seldom enough is shown elsewhere
        settings = {"SLIPWAY_DATABASE_URL": self.database(), "SLIPWAY_LEASE_SECS": LEASE}
        one, two = self.bot(sim, fake, **settings), self.bot(sim, fake, start=False, key=False, **settings)
        two.start()
        return sim, fake, one, two

    def at_the_gateway(self, fake):
        return len(fake.gateway.identified) + len(fake.gateway.resumed)

    def test_bot(self):
        """/create to the embed, with two daemons: one of them opens the session, and it stays the only one"""
        sim, fake, one, two = self.two_bots()
        pressed = fake.press(ANN, self.create(fake), "Create")
        done = pressed.until(settled(1))
        server, = sim.servers()
        self.assertIn(server["public_net"]["ipv4"]["ip"], json.dumps(done["embeds"]))
        # The other one asks for its turn every third of a lease: it had it several times by then.
        end = time.monotonic() + 2 * LEASE
        eventually(lambda: time.monotonic() > end, 3 * LEASE, "the time in which the other would have come")
        self.assertEqual(self.at_the_gateway(fake), 1)
        asked = fake.command(ANN, "delete", server="web")
        asked.until(lambda m: m["components"])
        fake.press(ANN, asked, "Delete").until(lambda m: "🗑️" in m["content"])
        self.assertEqual(sim.servers(), [])
        self.assert_no_violations(fake)
        for house in (one, two):
            self.assertNotIn("tok-", house.log_lines())
        self.log(two, "verify")

    def test_bot_is_killed(self):
        """kill -9 of the bot's daemon in the middle of a batch: the other's bot is there within the lease, and completes it"""
        sim, fake, one, two = self.two_bots("--boot-ms", "4000")
        pressed = fake.press(ANN, self.create(fake, count=2), "Create")
        pressed.acknowledged()
        eventually(lambda: len(sim.servers()) == 2, 20, "the servers")
        before = self.at_the_gateway(fake)
        one.kill()
        died = time.monotonic()
        eventually(lambda: self.at_the_gateway(fake) > before, LEASE + 10, "the other's bot")
        took = time.monotonic() - died
        print(f"# the other's bot was at the gateway {took:.1f} s after the first one's end, with a lease of {LEASE} s")
        self.assertLess(took, LEASE + 2 * PATIENCE)
        done = pressed.until(settled(2))
        self.assertIn("All 2 VMs are ready", done["content"])
        self.assertEqual(len(sim.servers()), 2)
        self.assertIn("**web1** active", fake.command(ANN, "list").until(what="the list")["content"])
        self.log(two, "verify")
        self.assert_no_violations(fake)

    def test_acknowledged_command(self):
        """the bot's daemon dies between the acknowledgement and what was to follow: the other one does it, once"""
        sim, fake, one, two = self.two_bots()
        fake.faulty.slowness = 2.0
        fake.fault("callback_slow", 1)  # Discord has the acknowledgement, and the bot does not know it yet
        asked = fake.command(ANN, "create", name="early", location="nbg1", image="ubuntu-24.04")
        asked.acknowledged()
        one.kill()
        asked.until(lambda m: m["components"], what="the plan of the other's bot")
        one.start()
        fake.fault("callback_slow", 1)
        pressed = fake.press(ANN, asked, "Create")
        pressed.acknowledged()
        two.kill()
        self.assertEqual((sim.servers(), one.events()), ([], []))
        pressed.until(settled(1))
        self.assertEqual([server["name"] for server in sim.servers()], ["early"])
        self.log(one, "verify")
        self.assert_no_violations(fake)

    def test_bot_is_told_to_stop(self):
        """SIGTERM: the other's bot is there at its next turn, and takes the session up where it was left"""
        sim, fake, one, two = self.two_bots()
        pressed = fake.press(ANN, self.create(fake), "Create")
        pressed.until(settled(1))
        before = self.at_the_gateway(fake)
        stopped = time.monotonic()
        self.assertEqual(one.stop(), 0)
        eventually(lambda: self.at_the_gateway(fake) > before, LEASE, "the other's bot")
        self.assertLess(time.monotonic() - stopped, 1 + 2 * PATIENCE)
        self.assertIn("**web** active", fake.command(ANN, "list").until(what="the list")["content"])
        self.assertEqual(len(fake.gateway.identified), 1)
        self.assertEqual(two.stop(), 0)
        self.assert_no_violations(fake)


if __name__ == "__main__":
    run()
