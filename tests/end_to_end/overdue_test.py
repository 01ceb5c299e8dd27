"""A contract that takes longer than usual: one message, the metric, the overview, and what all say of it; and the end of that."""
import re

from harness import Case, eventually, run
from house import Daemon, Telegram

USUAL = 4  # seconds


class Overdue(Case):
    def market(self, *faults, **settings):
        sim = self.sim(*(word for fault in faults for word in ("--fault", fault)))
        self.telegram = Telegram()
        self.addCleanup(self.telegram.close)
        house = Daemon(sim, SLIPWAY_OVERDUE_AFTER_SECS=USUAL, TELEGRAM_API_BASE=self.telegram.url,
                       TELEGRAM_BOT_TOKEN="1:bot-secret", **settings)
        self.addCleanup(house.close)
        house.start()
        house.provider(telegram_chat="4711")
        house.offering()
        return sim, house

    def metric(self, house):
        text = house.api("GET", "/metrics").text
        return {(kind, state): float(value) for kind, state, value in
                re.findall(r'^slipway_overdue\{kind="(\w+)",state="(\w+)"\} (\S+)$', text, re.M)}

    def overdue(self, house):
        overview = house.must(200, "GET", "/v1/overview")
        self.assertEqual(overview["overdue_count"], len(overview["overdue"]))
        return overview["overdue"]

    def texts(self, word):
        return [text for text in self.telegram.texts() if word in text]

    def test_one(self):
        """it hangs, one alert is seen everywhere and told once, also across a restart; it goes on, and that is told once"""
        sim, house = self.market("rate_limited=always@POST /servers")
        self.assertEqual(self.metric(house), {})
        house.contract("c-1")
        house.wait("c-1", "key_created")
        self.assertEqual(self.overdue(house), [])
        eventually(lambda: self.overdue(house), 30, "an alert")
        (alert,) = self.overdue(house)
        self.assertEqual((alert["name"], alert["kind"], alert["state"]), ("c-1", "contract", "key_created"))
        self.assertEqual(self.metric(house), {("contract", "key_created"): 1})
        story = house.must(200, "GET", "/v1/contracts/c-1/story")
        self.assertEqual(story["overdue_since"], alert["overdue_since"])
        self.assertEqual(story["since"], alert["since"])
        said = f"It is overdue since {alert['overdue_since']}: 4.000s is usual."
        self.assertIn(said, story["why"][0])
        self.assertIn(said, " ".join(house.slipway_log("why", "c-1").stdout.split()))
        eventually(lambda: self.texts("is overdue"), 10, "a message")
        (text,) = self.texts("is overdue")
        self.assertIn("create_server failed (rate_limited)", text)
        self.assertIn("What to do: " + story["to_do"], text)
        self.assertIn("is overdue: c-1 has been", house.log_lines())

        house.stop()
        house.start()
        self.assertEqual([one["name"] for one in self.overdue(house)], ["c-1"])
        tried = len(sim.requests(method="POST", prefix="/v1/servers"))
        eventually(lambda: len(sim.requests(method="POST", prefix="/v1/servers")) > tried + 2, 60, "attempts, and looks beside them")
        self.assertEqual(len(self.telegram.texts()), 1)
        self.assertEqual(house.log_lines().count("is overdue: c-1 has been"), 1)

        sim.clear_faults()
        house.wait("c-1", "active", seconds=120)
        self.assertEqual(self.overdue(house), [])
        self.assertEqual(self.metric(house), {})
        self.assertIsNone(house.must(200, "GET", "/v1/contracts/c-1/story")["overdue_since"])
        eventually(lambda: self.texts("is on its way again"), 15, "a message that it goes on")
        self.assertEqual(len(self.telegram.texts()), 2)
        self.assertIn("is overdue no more", house.log_lines())

    def test_direct(self):
        """a VM that was requested directly: its owner sees it, and nobody else is told"""
        sim, house = self.market("rate_limited=always@POST /servers", HCLOUD_TOKEN="")
        house.stop()
        house.start(HCLOUD_TOKEN=sim.token)
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: self.metric(house) == {("vm", "key_created"): 1}, 30, "an alert")
        self.assertIn("vm web1", house.log_lines())
        self.assertIsNotNone(house.must(200, "GET", "/v1/vms/web1/story")["overdue_since"])
        house.must(202, "DELETE", "/v1/vms/web1")
        eventually(lambda: self.metric(house) == {}, 30, "its end")
        self.assertEqual(self.telegram.texts(), [])


if __name__ == "__main__":
    run()
