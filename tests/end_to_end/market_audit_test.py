"""The audit: what Hetzner has and the log has not, and the other way round, as findings, events and messages."""
from harness import Case, eventually, run
from house import Daemon, Telegram


class Audit(Case):
    def house(self, sim, **settings):
        self.telegram = Telegram()
        self.addCleanup(self.telegram.close)
        house = Daemon(sim, TELEGRAM_API_BASE=self.telegram.url, TELEGRAM_BOT_TOKEN="1:x", **settings)
        self.addCleanup(house.close)
        house.start()
        house.provider(telegram_chat="4711")
        house.offering()
        return house

    def findings(self, house):
        report = house.must(200, "POST", "/v1/audit")
        self.assertEqual(report["not_asked"], [])
        return report["findings"]

    def test_findings(self):
        """orphans with their cost, vanished servers, another installation's; each told once, nothing is deleted"""
        sim = self.sim()
        house = self.house(sim)
        house.contract("c-0")
        house.wait("c-0", "active")
        ended = house.show("c-0")["stream"]
        house.end("c-0")
        house.wait("c-0", "terminated")
        house.contract("c-1")
        house.contract("c-2")
        labels = {}
        for name in ("c-1", "c-2"):
            contract = house.wait(name, "active")
            server = int(contract["external_id"].split(":")[1])
            labels = next(s["labels"] for s in sim.servers() if s["id"] == server)
        self.assertEqual(self.findings(house), [])

        make = {"server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1"}
        orphan = sim.call("POST", "/v1/servers", {**make, "name": "left", "labels": labels | {
            "slipway-stream": ended}})["server"]["id"]
        foreign = sim.call("POST", "/v1/servers", {**make, "name": "other", "labels": labels | {
            "slipway-install": "another"}})["server"]["id"]
        sim.call("POST", "/v1/servers", {**make, "name": "strangers"})
        gone = int(house.show("c-1")["external_id"].split(":")[1])
        sim.call("DELETE", f"/v1/servers/{gone}")
        eventually(lambda: gone not in [s["id"] for s in sim.servers()], what="the deletion")

        found = self.findings(house)
        self.assertEqual({(f["what"], f["id"]) for f in found},
                         {("orphan", orphan), ("foreign", foreign), ("vanished", gone)})
        costs = {f["what"]: f["cost_per_day"] for f in found}
        self.assertIn("EUR", costs["orphan"])
        eventually(lambda: any(str(orphan) in text for text in self.telegram.texts()), what="the message")
        told = len(self.telegram.messages)
        self.assertEqual(len(self.findings(house)), 3)
        audits = [e for e in house.events() if e["type"] == "audited"]
        self.assertEqual(len(audits), 2, "written down only when it has changed")
        self.assertEqual(len(self.telegram.messages), told)
        self.assertEqual(len(sim.servers()), 4, "an audit deletes nothing")
        done = house.slipway_log("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_not_asked(self):
        """a project that cannot be asked is named, and keeps no other from being looked into"""
        sim = self.sim("--token", "second-token", ssh=False)
        house = self.house(sim)
        house.provider("p2", "second-token")
        sim.fault("unauthorized", "always@second-token")
        report = house.must(200, "POST", "/v1/audit")
        self.assertEqual(len(report["not_asked"]), 1, report)
        self.assertIn("p2", report["not_asked"][0])


if __name__ == "__main__":
    run()
