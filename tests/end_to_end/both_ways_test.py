"""slipway server …, each verb twice: with the engine in its own process, and through a daemon. What is printed and the
exit code must be the same but for what belongs to the run: ids, times, addresses, and who owns a VM (the API, or the user
whose process it is). Each way has a simulator and a database of its own."""
import os
import re
import shutil

from clerk import Clerk, ClerkCase
from harness import SLIPWAY, run
from pseudo_terminal import PseudoTerminal

# In this order: what is replaced by an earlier one is not looked at by a later one.
OWN_TO_A_RUN = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\b127\.\d+\.\d+\.\d+\b", "<ipv4>"),
    (r"2001:db8:[0-9a-f:]+", "<ipv6>"),
    (r"SHA256:[A-Za-z0-9+/]{43}", "<fingerprint>"),
    (r"ssh-ed25519 AAAA[A-Za-z0-9+/=]+", "<host key>"),
    (r"\d+(\.\d)? s\)", "<seconds>)"),
    (r"\b\d{7,}\b", "<number>"),
    (r'"owner": "[^"]*"', '"owner": "<owner>"'),
    (r"(?m)^owner        .*$", "owner        <owner>"),
)


class Way:
    def __init__(self, sim, clerk):
        self.sim, self.clerk, self.house = sim, clerk, clerk.house

    def plain(self, text):
        text = text.replace(self.house.directory, "<home>").replace(self.house.database, "<database>")
        for pattern, name in OWN_TO_A_RUN:
            text = re.sub(pattern, name, text)
        return text


class BothWays(ClerkCase):
    def setUp(self):
        self.ways = []
        for remote in (False, True):
            sim = self.sim("--boot-ms", "200")
            house = self.house(sim, HCLOUD_TOKEN=sim.token)
            self.ways.append(Way(sim, Clerk(house.start() if remote else house, remote)))
            self.token = sim.token
        private, _ = self.ways[0].house.key_pair()
        for way in self.ways:  # the same key: its fingerprint is part of a plan
            shutil.copy(private + ".pub", os.path.join(way.house.directory, "laptop.pub"))

    def same(self, *arguments, code=0, said="", several=False):
        """Both ways; `several` VMs come on in an order of their own. What the first way has answered."""
        seen = []
        for way in self.ways:
            words = [way.house.directory + "/laptop.pub" if a == "KEY" else a for a in arguments]
            done = way.clerk(*words)
            self.assertEqual(done.code, code, f"{arguments}: {done}")
            self.assertIn(said, done.err, f"{arguments}: {done}")
            self.assertNotIn(self.token, done.out + done.err)
            err = way.plain(done.err).splitlines()
            seen.append((done, way.plain(done.out), sorted(err) if several else err))
        (first, out, err), (_, other_out, other_err) = seen
        self.assertEqual(out, other_out, arguments)
        self.assertEqual(err, other_err, arguments)
        return first

    def same_screen(self, *arguments, answers=(), code=0):
        """Both ways at a terminal: for each pair of answers, keys are pressed when the text was shown."""
        seen = []
        for way in self.ways:
            shown = PseudoTerminal([SLIPWAY, *arguments], way.clerk.environment(), way.house.directory)
            self.addCleanup(shown.close)
            for text, keys in answers:
                shown.until(text)
                shown.press(keys)
            self.assertEqual(shown.ends(), code, shown.seen)
            seen.append(way.plain(shown.seen))
        self.assertEqual(*seen)
        return seen[0]

    def create(self, *arguments, **more):
        return self.same("server", "create", *arguments, "--ssh-key", "KEY", **more)

    def test_create_show_list_delete(self):
        """create, show, list and delete: what is printed, as text and as JSON; the key's name and the end's reason"""
        self.assertEqual(self.same("server", "list", "--json").json, [])
        self.same("server", "list", said="no VMs")
        done = self.create("web")
        for text in ("state        active", "price        ", "connect      ssh root@"):
            self.assertIn(text, done.out)
        for text in ("web  accepted", "web  SSH answers", "web  active"):
            self.assertIn(text, done.err)
        self.assertEqual(self.create("api", "--json").json["state"], "active")
        self.create("web", code=4, said="web")
        for options in ((), ("--json",), ("--all",), ("--json", "--all")):
            self.assertIn("web", self.same("server", "list", *options).out)
        for options in ((), ("--json",)):
            self.assertIn("web", self.same("server", "show", "web", *options).out)
            self.same("server", "show", "nobody", *options, code=3, said="nobody")
            self.same("server", "show", "wep", *options, code=3, said="did you mean web?")
            self.same("server", "delete", "nobody", *options, code=3, said="nobody")
        done = self.same("server", "delete", "web")
        self.assertIn("state        terminated", done.out)
        self.assertIn("web  deleting", done.err)
        self.assertNotIn("SSH answers", done.err)  # what was before the command is not told again
        self.assertEqual(self.same("server", "delete", "api", "--json").json["state"], "terminated")
        self.same("server", "delete", "web", code=4, said="web")
        self.same("server", "ssh", "web", code=4, said="web is terminated: nobody can log in")
        self.same("server", "ssh", "nobody", code=3, said="nobody")
        self.assertEqual(self.same("server", "list", "--json").json, [])
        self.assertIn("terminated", self.same("server", "list", "--all").out)
        for way in self.ways:
            events = way.house.events()
            self.assertEqual({e["data"]["reason"] for e in events if e["type"] == "end_requested"}, {"deleted"})
            self.assertEqual({e["data"]["spec"]["key_name"] for e in events if e["type"] == "vm_requested"}, {"laptop"})
            self.assertEqual((way.sim.servers(), way.sim.keys()), ([], []))

    def test_by_id(self):
        """show and delete take an id as well as a name"""
        self.create("web")
        for way in self.ways:
            vm, = self.does(way.clerk, "server", "list", "--json").json
            self.assertEqual(self.does(way.clerk, "server", "show", vm["id"], "--json").json, vm)
            self.assertEqual(self.does(way.clerk, "server", "delete", vm["id"], "--json").json["state"], "terminated")

    def test_plan(self):
        """--dry-run: names, request and prices; several types and locations are tried in order; nothing is ordered"""
        options = ("--server-type", "cx33, cx23", "--location", "nbg1,fsn1", "--count", "2", "--label", "a=b")
        plan = self.create("web", "--dry-run", "--json", *options).json
        self.assertEqual(plan["names"], ["web", "web1"])
        self.assertEqual([(c["server_type"], c["location"]) for c in plan["candidates"]],
                         [("cx33", "nbg1"), ("cx33", "fsn1"), ("cx23", "nbg1"), ("cx23", "fsn1")])
        self.assertTrue(plan["request"]["ssh_keys"][0].startswith("laptop (MD5:"), plan)
        text = self.create("web", "--dry-run", *options).out
        for part in ("would create: web, web1", "cx33 in nbg1: ", "EUR per month net", "POST /servers"):
            self.assertIn(part, text)
        for way in self.ways:
            self.assertEqual((way.sim.servers(), way.sim.keys(), way.house.events()), ([], [], []))
            self.assertEqual([r for r in way.sim.requests() if r["method"] != "GET"], [])
        self.assertFalse(os.path.exists(self.ways[0].house.database))

    def test_next_candidate(self):
        """several types: where the first cannot be had, the second is, and its price is told"""
        for way in self.ways:
            way.sim.fault("unavailable")
        done = self.create("web", "--server-type", "cx33,cx23")
        self.assertIn("type         cx23", done.out)
        self.assertIn("price        0.0096 EUR", done.out)
        self.assertIn("trying the next type and location", done.err)

    def test_several(self):
        """--count: all are made; where a name is taken, those before it are, and the rest is not"""
        done = self.create("web", "--count", "2", "--label", "a=b", "--json", several=True)
        self.assertEqual([(v["name"], v["state"]) for v in done.json], [("web", "active"), ("web1", "active")])
        self.create("db1")
        done = self.create("db", "--count", "3", code=4, said="db1", several=True)
        self.assertIn("name         db\n", done.out)
        self.assertEqual([v["name"] for v in self.same("server", "list", "--json").json], ["web", "web1", "db1", "db"])
        for way in self.ways:
            self.assertEqual([s["labels"].get("a") for s in sorted(way.sim.servers(), key=lambda s: s["id"])],
                             ["b", "b", None, None])
        self.does(self.ways[1].clerk, "server", "resume", said="the daemon goes on")
        self.assertEqual(self.does(self.ways[0].clerk, "server", "resume", "--json", said="nothing to resume").json, [])

    def test_refused(self):
        """names, labels, types, locations and images that are wrong: the same sentence, and nothing is made"""
        self.create("Web_1", code=2, said="is no host name")
        self.create("web", "--label", "nonsense", code=2, said="K=V")
        self.create("web", "--label", "managed-by=me", code=2, said="reserved")
        self.create("web", "--server-type", "cx2", code=2, said="cx2")
        self.create("web", "--server-type", "cx23,cx99", code=2, said="cx99")
        self.create("web", "--server-type", "two words", code=2, said="server_type")
        self.create("web", "--location", "nbg9", code=2, said="nbg9")
        self.create("web", "--image", "ubuntu-99", "--dry-run", code=2, said="ubuntu-99")
        self.create("web", "--recipe", "/nonexistent", code=2, said="cannot be read")
        for way in self.ways:
            self.assertEqual((way.sim.servers(), way.sim.keys(), way.house.events()), ([], [], []))

    def test_hetzner_refuses(self):
        """a token that Hetzner does not take, and a Hetzner that does not answer, are told alike before anything is made"""
        for way in self.ways:
            way.sim.fault("unauthorized", "always")
        self.create("web", code=4, said="token")
        for way in self.ways:
            self.assertEqual(way.house.events(), [])

    def test_question(self):
        """delete at a terminal: no and Ctrl-C delete nothing, and a script hears of it; yes deletes"""
        self.create("web")
        question = "Delete web (server"
        screen = self.same_screen("server", "delete", "web", answers=[("[y/N] ", "n\n")], code=1)
        self.assertIn(question, screen)
        self.assertIn("nothing was deleted", screen)
        screen = self.same_screen("server", "delete", "web", answers=[("[y/N] ", "\x03")], code=130)
        self.assertIn("nothing was done", screen)
        self.same_screen("server", "delete", "nobody", code=3)
        self.assertEqual([len(way.sim.servers()) for way in self.ways], [1, 1])
        for way in self.ways:
            shown = PseudoTerminal([SLIPWAY, "server", "delete", "web"], way.clerk.environment(), way.house.directory)
            self.addCleanup(shown.close)
            shown.until("[y/N] ")
            shown.press("y\n")
            self.assertEqual(shown.ends(), 0, shown.seen)
            self.assertEqual(way.sim.servers(), [])

    def test_beside_a_writer(self):
        """list and show work on the database that a daemon writes; who would write it is told that it is in use"""
        way = self.ways[1]
        here = Clerk(way.house, False)
        self.create("web")
        for verb in (("server", "list"), ("server", "show", "web"), ("server", "list", "--json"), ("contract", "list")):
            self.assertEqual(self.does(here, *verb).out, self.does(way.clerk, *verb).out)
        self.does(here, "server", "show", "nobody", code=3, said="nobody")
        self.does(here, "contract", "show", "nobody", code=3, said="nobody")
        self.does(here, "provider", "show", "nobody", code=3, said="nobody")
        self.does(here, "offering", "show", "nobody", code=3, said="nobody")
        self.does(here, "offering", "list", said="no offerings")
        self.does(here, "server", "delete", "web", code=4, said="in use")
        self.does(here, "contract", "cancel", "nobody", code=4, said="in use")


if __name__ == "__main__":
    run()
