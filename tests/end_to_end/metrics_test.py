"""What /metrics says, of a daemon that has had something to do; and that alerts and dashboard name what it says."""
import json
import math
import pathlib
import re

from harness import Case, eventually, run
from house import Daemon, Telegram

MONITORING = pathlib.Path(__file__).resolve().parents[2] / "tools/packaging/monitoring"
LINE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
HEAD = re.compile(r"^# (HELP|TYPE) (\w+) (.+)$")
ON_THE_WAY = ("register_key", "create_server", "reach_ssh", "run_recipe", "prepare_host_keys", "hand_over")


class Scrape:
    """{(name, labels): value} of Prometheus's text, and what each metric is."""

    def __init__(self, text):
        self.values, self.types, helped = {}, {}, set()
        for line in text.splitlines():
            head = HEAD.match(line)
            if head and head.group(1) == "TYPE":
                self.types[head.group(2)] = head.group(3)
            elif head:
                helped.add(head.group(2))
            else:
                name, labels, value = LINE.match(line).groups()
                pairs = tuple(sorted(re.findall(r'(\w+)="([^"]*)"', labels or "")))
                assert (name, pairs) not in self.values, line
                self.values[name, pairs] = float(value)
        assert helped == set(self.types), helped ^ set(self.types)

    def __call__(self, name, **labels):
        return self.values.get((name, tuple(sorted(labels.items()))), 0)

    def buckets(self, name, **labels):
        found = {}
        for (known, pairs), value in self.values.items():
            rest = dict(pairs)
            if known == name + "_bucket" and rest.pop("le", None) and rest == labels:
                found[float(dict(pairs)["le"])] = value
        return [found[bound] for bound in sorted(found)], max(found, default=0)


class Metrics(Case):
    def house(self, *options, **settings):
        self.simulator = self.sim(*options)
        house = Daemon(self.simulator, **settings)
        self.addCleanup(house.close)
        house.start()
        house.provider(**({"telegram_chat": "4711"} if settings else {}))
        house.offering(recipe="#!/bin/sh\ntrue\n")
        return house

    def scrape(self, house):
        answer = house.api("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        return Scrape(answer.text)

    def assert_histogram(self, now, name, count, **labels):
        buckets, last = now.buckets(name, **labels)
        self.assertEqual(last, math.inf, name)
        self.assertEqual(buckets, sorted(buckets), name)
        self.assertEqual(buckets[-1], now(name + "_count", **labels))
        self.assertEqual(now(name + "_count", **labels), count, (name, labels))

    def test_life(self):
        """a contract's life is measured: each step once, the way to active, Hetzner's answers, commits, the loop"""
        house = self.house()
        house.contract("c-1")
        house.wait("c-1", "active")
        now = self.scrape(house)
        for step in ON_THE_WAY:
            self.assert_histogram(now, "slipway_step_duration_seconds", 1, step=step)
        self.assert_histogram(now, "slipway_provisioning_duration_seconds", 1)
        whole = now("slipway_provisioning_duration_seconds_sum")
        parts = sum(now("slipway_step_duration_seconds_sum", step=step) for step in ON_THE_WAY)
        self.assertTrue(0.15 <= parts <= whole + 0.01 < 60, (parts, whole))  # the simulator boots for 0.15 s
        self.assertGreaterEqual(now("slipway_hetzner_answers_total", **{"class": "2xx"}), 3)
        house.end("c-1")
        house.wait("c-1", "terminated")
        eventually(lambda: self.scrape(house)("slipway_loop_lag_seconds_count") >= 1, 10, "a look at the loop")
        now = self.scrape(house)
        self.assert_histogram(now, "slipway_step_duration_seconds", 1, step="delete_server")
        self.assert_histogram(now, "slipway_commit_duration_seconds", now("slipway_commit_duration_seconds_count"))
        # As many as there are appends at most: some share one.
        self.assertTrue(8 <= now("slipway_commit_duration_seconds_count") <= len(house.events()))
        self.assertLess(now("slipway_commit_duration_seconds_sum"), 30)
        self.assertEqual({pairs for name, pairs in now.values if name == "slipway_step_failures_total"}, set())

    def test_trouble(self):
        """what Hetzner answers is counted by class, and what fails by step and cause"""
        house = self.house()
        before = self.scrape(house)
        for fault in ("rate_limited=once@POST /ssh_keys", "unavailable=once@POST /servers", "lose_request=once@POST /servers"):
            self.simulator.fault(*fault.split("=", 1))
        house.contract("c-1")
        house.wait("c-1", "active", "failed", seconds=90)
        now = self.scrape(house)
        for kind, least in (("429", 1), ("4xx", 1), ("none", 1)):
            grown = now("slipway_hetzner_answers_total", **{"class": kind}) - before("slipway_hetzner_answers_total",
                                                                                   **{"class": kind})
            self.assertGreaterEqual(grown, least, kind)
        failures = {(dict(pairs)["step"], dict(pairs)["code"]): value for (name, pairs), value in now.values.items()
                    if name == "slipway_step_failures_total"}
        self.assertEqual(failures.get(("register_key", "rate_limited")), 1, failures)
        self.assertEqual(failures.get(("create_server", "unavailable")), 1, failures)
        events = [e["data"] for e in house.events() if e["type"] == "step_failed"]
        self.assertEqual(sum(failures.values()), len(events), failures)

    def test_outbox(self):
        """messages that cannot go out are counted until they have"""
        telegram = Telegram()
        self.addCleanup(telegram.close)
        telegram.status = 500
        house = self.house(TELEGRAM_API_BASE=telegram.url, TELEGRAM_BOT_TOKEN="1:bot-secret")
        self.assertEqual(self.scrape(house)("slipway_outbox_messages"), 0)
        self.simulator.fault("quota", "always")
        house.contract("c-1")
        eventually(lambda: self.scrape(house)("slipway_outbox_messages") == 1, 30, "a message that waits")
        telegram.status = 200
        eventually(lambda: self.scrape(house)("slipway_outbox_messages") == 0, 60, "no message that waits")

    def test_named(self):
        """alerts and dashboard name no metric and no label that there is not"""
        house = self.house()
        house.contract("c-1")
        house.wait("c-1", "active")
        now = self.scrape(house)
        labels = {label for _, pairs in now.values for label, _ in pairs} | {"step", "code", "instance", "job"}
        dashboard = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
        rules = (MONITORING / "alerts.yml").read_text(encoding="utf-8")
        alerts = re.findall(r"(?ms)^ +expr: (.*?)^ +(?:for|labels):", rules)
        self.assertEqual(len(alerts), rules.count("- alert:"))
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        seen = set()
        for query in alerts + queries:
            for name in re.findall(r"\bslipway_\w+", query):
                metric = name if name in now.types else re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertIn(metric, now.types, query)
                self.assertEqual(metric != name, now.types[metric] == "histogram", query)
                if now.types[metric] == "counter":
                    self.assertRegex(query, r"(rate|increase)\(" + name)
                seen.add(metric)
            for group in re.findall(r"\bby \(([^)]*)\)", query) + re.findall(r"(\w+)=", re.sub(r"[<>]=|==", "", query)):
                self.assertLessEqual(set(re.split(r",\s*", group)), labels, query)
        self.assertEqual(set(now.types) - seen, {"slipway_events_appended_seq"})


if __name__ == "__main__":
    run()
