"""The clean-up matrix of contracts, row by row: where each step fails, what is deleted, what the contract says, and what
the provider is told."""
import contextlib
import hashlib
import os
import signal
import sqlite3

from harness import Case, eventually, run
from house import SEALING_KEY, Daemon, Telegram


class Faults(Case):
    def house(self, *sim_options, **settings):
        sim = self.sim(*sim_options)
        self.telegram = Telegram()
        self.addCleanup(self.telegram.close)
        settings.setdefault("SLIPWAY_SSH_TIMEOUT_SECS", "5")
        house = Daemon(sim, TELEGRAM_API_BASE=self.telegram.url, TELEGRAM_BOT_TOKEN="1:bot-secret", **settings)
        self.addCleanup(house.close)
        with open(os.path.join(house.directory, "key"), "w", encoding="utf-8") as file:
            file.write(SEALING_KEY)
        house.start()
        house.provider(telegram_chat="4711")
        house.offering()
        return house, sim

    def nothing_left(self, sim):
        self.assertEqual((sim.servers(), sim.keys()), ([], []))

    def told(self, *words, count=1):
        """The provider got so many messages, and the last has these words and no secret."""
        eventually(lambda: len(self.telegram.messages) >= count, 20, "the message to the provider")
        text = self.telegram.texts()[-1]
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(len(self.telegram.messages), count, self.telegram.texts())
        return text

    def fails(self, house, name="c-1", offering="small", seconds=60):
        house.contract(name, offering=offering)
        return house.wait(name, "failed", seconds=seconds)

    # ---- the seed's rows

    def test_token_cannot_be_opened(self):
        """the token cannot be decrypted: nothing was made, nothing to clean, failed"""
        house, sim = self.house()
        house.provider("p2")
        house.stop()
        refused = house.spawn(CREDENTIAL_ENCRYPTION_KEY="f" * 64)
        self.assertEqual(refused.wait(20), 78)  # another key opens nothing: it does not even start
        with contextlib.closing(sqlite3.connect(house.database)) as database, database:
            sealed, = database.execute("SELECT sealed_token FROM providers WHERE id = 'p1'").fetchone()
            database.execute("UPDATE providers SET sealed_token = ? WHERE id = 'p1'", (sealed[:20] + sealed[20:].swapcase(),))
        house.start()
        contract = self.fails(house)
        self.assertIn("CREDENTIAL_ENCRYPTION_KEY", contract["failure"]["message"])
        self.assertEqual(contract["leaked"], [])
        self.assertEqual(sim.requests(method="POST"), [])
        self.nothing_left(sim)
        self.told("c-1")

    def test_key_cannot_be_created(self):
        """the SSH key is refused: nothing to clean, failed"""
        house, sim = self.house()
        sim.fault("forbidden", "always@POST /ssh_keys")
        contract = self.fails(house)
        self.assertEqual(contract["failure"]["step"], "register_key")
        self.assertEqual(sim.requests(method="POST", prefix="/v1/servers"), [])
        self.nothing_left(sim)

    def test_server_cannot_be_created(self):
        """the server is refused: the key is deleted, failed"""
        house, sim = self.house()
        sim.fault("quota", "always")
        contract = self.fails(house)
        self.assertEqual((contract["failure"]["step"], contract["failure"]["code"]), ("create_server", "quota"))
        self.nothing_left(sim)
        self.told("c-1", "small")

    def test_ssh_never_answers(self):
        """SSH does not answer in time: server and key are deleted, failed"""
        house, sim = self.house(SLIPWAY_SSH_TIMEOUT_SECS=2)
        sim.fault("ssh_refuse", "always")
        contract = self.fails(house)
        self.assertEqual(contract["failure"]["step"], "reach_ssh")
        self.nothing_left(sim)

    def test_recipe_fails(self):
        """the recipe fails: its output is in the log, server and key are deleted, failed"""
        house, sim = self.house()
        house.offering("broken", recipe="#!/bin/sh\necho the disk is on fire\nexit 3\n")
        contract = self.fails(house, offering="broken")
        self.assertEqual(contract["failure"]["code"], "recipe_failed")
        self.assertTrue(any("the disk is on fire" in str(e["data"]) for e in house.events(contract["stream"])))
        self.nothing_left(sim)
        text = self.told("c-1", "broken")
        self.assertNotIn("bot-secret", text)

    def test_killed_while_recording(self):
        """killed before the last step is recorded: nothing is cleaned up, the contract becomes active"""
        house, sim = self.house()
        house.stop()
        # The appends of one contract: accepted, key, server, ssh, recipe, host keys, activated.
        house.spawn(SLIPWAY_CRASH="before:7")
        eventually(lambda: house.is_ready(), what="readiness")
        house.contract("c-1")
        house.process.wait(60)
        self.assertEqual(len(sim.servers()), 1)
        house.start()
        contract = house.wait("c-1", "active")
        self.assertEqual([s["id"] for s in sim.servers()], [int(contract["external_id"].split(":")[1])])

    # ---- what the seed forgot

    def test_never_running(self):
        """the server never gets to run: deleted, failed"""
        house, sim = self.house(SLIPWAY_SSH_TIMEOUT_SECS=2)
        sim.fault("never_running", "once")
        self.fails(house)
        self.nothing_left(sim)

    def test_actions_fail(self):
        """an action of the creation ends with an error: deleted, failed, with Hetzner's words"""
        house, sim = self.house()
        for number, fault in enumerate(("create_action_fails", "start_action_fails")):
            sim.fault(fault, "once")
            contract = self.fails(house, f"c-{number}")
            self.assertEqual(contract["failure"]["code"], "action_failed")
        self.nothing_left(sim)

    def test_no_address(self):
        """a server without a public IPv4 address is of no use: deleted, failed"""
        house, sim = self.house()
        sim.fault("no_public_ip", "once")
        self.assertEqual(self.fails(house)["failure"]["code"], "no_public_ip")
        self.nothing_left(sim)

    def test_clean_up_fails(self):
        """what cannot be deleted is recorded as leaked, told once, kept by the audit, and can be ended later"""
        house, sim = self.house()
        house.offering("broken", recipe="#!/bin/sh\nexit 3\n")
        sim.fault("protected", "always")
        contract = self.fails(house, offering="broken")
        server = sim.servers()[0]["id"]
        self.assertEqual([(l["kind"], l["id"]) for l in contract["leaked"]], [("server", server)])
        self.told("c-1", str(server))
        for _ in range(2):
            report = house.must(200, "POST", "/v1/audit")
            self.assertIn(("leaked", server), [(f["what"], f["id"]) for f in report["findings"]])
        sim.clear_faults()
        sim.call("POST", f"/v1/servers/{server}/actions/change_protection", {"delete": False, "rebuild": False})
        house.end("c-1", "retry-termination")
        house.wait("c-1", "terminated")
        self.nothing_left(sim)
        self.assertEqual(house.must(200, "POST", "/v1/audit")["findings"], [])

    def test_cancelled_in_each_state(self):
        """cancelled on the way, in each state: cleaned up, terminated"""
        house, sim = self.house("--create-ms", "400", "--boot-ms", "400")
        house.offering("slow", recipe="#!/bin/sh\nsleep 20\n")
        waits = {"accepted": ("delay", "700ms:once@POST /ssh_keys"), "key_created": ("delay", "700ms:once@POST /servers"),
                 "server_created": None, "ssh_ready": None}
        for state, fault in waits.items():
            if fault:
                sim.fault(*fault)
            house.contract(state, offering="slow")
            house.wait(state, state)
            house.end(state)
            contract = house.wait(state, "terminated")
            self.assertEqual(contract["end_reason"], "cancelled")
            self.nothing_left(sim)
        self.assertEqual(self.telegram.messages, [])

    def test_token_revoked(self):
        """a revoked token: the contract says so, the provider is marked, a new token makes the next contract work"""
        house, sim = self.house()
        sim.fault("unauthorized", "always")
        contract = self.fails(house)
        self.assertEqual(contract["failure"]["code"], "unauthorized")
        eventually(lambda: not house.must(200, "GET", "/v1/providers/p1")["token_works"], 5, "the provider to be marked")
        self.told("c-1", "token")
        sim.clear_faults()
        house.provider(telegram_chat="4711")
        house.contract("c-2")
        house.wait("c-2", "active")

    # ---- the seed's statuses

    def test_402(self):
        """402: said loudly, nothing left"""
        house, sim = self.house()
        sim.fault("status_402", "always@POST /servers")
        self.assertIn("402", self.fails(house)["failure"]["message"])
        self.nothing_left(sim)
        self.told("c-1")

    def test_403(self):
        """403: said loudly, nothing left"""
        house, sim = self.house()
        sim.fault("forbidden", "always@POST /servers")
        self.assertEqual(self.fails(house)["failure"]["code"], "forbidden")
        self.nothing_left(sim)

    def test_409(self):
        """409 for the name: another installation's server is left alone, and the next suffix is taken"""
        house, sim = self.house()
        sim.fault("delay", "1500ms:once@POST /ssh_keys")
        house.contract("c-1")
        name = "dc-" + hashlib.sha256(b"c-1").hexdigest()[:8]
        other = sim.call("POST", "/v1/servers", {"name": name, "server_type": "cx23", "image": "ubuntu-24.04",
                                                 "location": "nbg1"})["server"]["id"]
        house.wait("c-1", "active")
        names = sorted(s["name"] for s in sim.servers())
        self.assertEqual(names, [name, name + "-2"])
        house.end("c-1")
        house.wait("c-1", "terminated")
        self.assertEqual([s["id"] for s in sim.servers()], [other])

    def test_422(self):
        """422: said loudly, nothing left"""
        house, sim = self.house()
        sim.fault("placement_error", "always")
        self.fails(house)
        self.nothing_left(sim)

    def test_429_and_5xx(self):
        """429 and 5xx: tried again with patience, one server in the end"""
        house, sim = self.house()
        for number, fault in enumerate(("rate_limited", "status_500", "status_503", "done_504", "lose_reply")):
            sim.fault(fault, "2@POST /servers")
            house.contract(f"c-{number}")
            house.wait(f"c-{number}", "active", seconds=90)
            self.assertEqual(len(sim.servers()), number + 1)

    # ---- the end

    def test_end_meets_404_and_423(self):
        """a server that is gone already is success; a locked one is waited for without using up an attempt"""
        house, sim = self.house()
        house.contract("gone")
        house.contract("locked")
        for name in ("gone", "locked"):
            house.wait(name, "active")
        server = house.show("gone")["external_id"].split(":")[1]
        sim.call("DELETE", f"/v1/servers/{server}")
        eventually(lambda: len(sim.servers()) == 1, what="the deletion")
        house.end("gone")
        house.wait("gone", "terminated")
        sim.fault("locked", "2")
        house.end("locked")
        contract = house.wait("locked", "terminated")
        waits = [e for e in house.events(contract["stream"]) if e["type"] == "step_failed"]
        self.assertEqual([w["data"]["counted"] for w in waits], [False], "told once")
        self.nothing_left(sim)

    def test_token_of_another_project(self):
        """a new token of another project is refused while servers are in the first: they would be lost there"""
        house, sim = self.house("--token", "other-project")
        house.contract("c-1")
        house.wait("c-1", "active")
        refused = house.api("PUT", "/v1/providers/p1", {"hetzner_token": "other-project"})
        self.assertEqual(refused.status, 409, refused)
        house.provider(telegram_chat="4711")  # the same project's is taken
        house.end("c-1")
        house.wait("c-1", "terminated")
        self.nothing_left(sim)
        house.provider(token="other-project")

    def test_wrong_key_later(self):
        """a key that opens nothing is not taken by SIGHUP, and contracts go on with the old one"""
        house, sim = self.house(CREDENTIAL_ENCRYPTION_KEY="", CREDENTIAL_ENCRYPTION_KEY_FILE="key")
        with open(os.path.join(house.directory, "key"), "w", encoding="utf-8") as file:
            file.write("f" * 64)
        house.process.send_signal(signal.SIGHUP)
        eventually(lambda: "the secrets stay as they were" in house.log_lines(), what="the refusal")
        house.contract("c-1")
        house.wait("c-1", "active")

    def test_provisioning_switched_off(self):
        """where provisioning is switched off nothing new is made, and what is there is still ended"""
        house, sim = self.house()
        house.contract("c-1")
        house.wait("c-1", "active")
        house.stop()
        house.start(HETZNER_PROVISIONING_ENABLED="false")
        body = {"offering": "small", "ssh_pubkey": house.key_pair()[1]}
        self.assertEqual(house.api("POST", "/v1/contracts", body).status, 503)
        house.end("c-1")
        house.wait("c-1", "terminated")
        self.nothing_left(sim)

    def test_terminated_at(self):
        """the time of the end stays what it was, however often it is asked for again"""
        house, sim = self.house()
        house.contract("c-1")
        house.wait("c-1", "active")
        house.end("c-1")
        ended = house.wait("c-1", "terminated")["terminated_at"]
        self.assertEqual(house.api("POST", "/v1/contracts/c-1/cancel").status, 409)
        self.assertEqual(house.show("c-1")["terminated_at"], ended)

    def test_end_fails(self):
        """an end that cannot be reached: termination_failed, the provider is told the server's id, a retry ends it"""
        house, sim = self.house()
        house.contract("c-1")
        server = house.wait("c-1", "active")["external_id"].split(":")[1]
        sim.fault("protected", "always")
        house.end("c-1")
        self.assertTrue(house.wait("c-1", "termination_failed")["leaked"])
        self.told("c-1", server, "retry-termination", " EUR net a day")
        sim.clear_faults()
        sim.call("POST", f"/v1/servers/{server}/actions/change_protection", {"delete": False, "rebuild": False})
        house.end("c-1", "retry-termination")
        self.assertEqual(house.wait("c-1", "terminated")["end_reason"], "cancelled")
        self.nothing_left(sim)
        refused = house.api("POST", "/v1/contracts/c-1/retry-termination")
        self.assertEqual(refused.status, 409, refused)

    def test_messages_outlive_trouble(self):
        """a message that cannot be sent holds up no contract, and goes out once later, also after a kill"""
        house, sim = self.house()
        self.telegram.status = 500
        sim.fault("quota", "always")
        self.fails(house)
        sim.clear_faults()
        house.contract("c-2")
        house.wait("c-2", "active")
        house.kill()
        self.telegram.status = 200
        house.start()
        eventually(lambda: self.telegram.messages, 60, "the next attempt, half a minute after the first")
        self.told("c-1")


if __name__ == "__main__":
    run()
