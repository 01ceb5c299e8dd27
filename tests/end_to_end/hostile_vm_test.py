"""A VM whose output wants the operator's terminal: in slipway and in slipway-log, live and afterwards, as text and as JSON."""
import json
import unittest

from harness import SLIPWAY, SLIPWAY_LOG, Case, Home, Sim, run
from house import Daemon
from pseudo_terminal import PseudoTerminal

# U+009B and U+009D, the same bytes alone, an escape sequence, text turned around, and what nobody sees.
RECIPE = r"""#!/bin/sh
printf 'out \302\2332J\302\2350;title \233x \033]0;title\007 \342\200\256esrever\342\201\246 \342\200\213z\n'
exit 7
"""
HARMFUL = {"\x1b", "\x07", "\x9b", "\x9d", "\u202e", "\u2066", "\u200b"}


class HostileVm(Case):
    def sim(self):
        sim = Sim()
        self.addCleanup(sim.close)
        return sim

    def is_harmless(self, text, what):
        self.assertIn("esrever", text, what)
        self.assertEqual(HARMFUL & set(text), set(), f"{what}: {text!r}")

    def at_terminal(self, command, env, directory):
        terminal = PseudoTerminal(command, {**env, "NO_COLOR": "1"}, directory)
        terminal.ends()
        text = terminal.raw.decode("utf-8")  # strict: no byte that a terminal of another character set would obey
        terminal.close()
        return text

    def test_server(self):
        """server create and show, slipway-log why, show and events"""
        home = Home(self.sim())
        self.addCleanup(home.close)
        recipe = home.write("recipe.sh", RECIPE)
        env = home.environment()
        shown = self.at_terminal([SLIPWAY, "server", "create", "web", "--recipe", recipe, "--no-kamal"], env, home.directory)
        self.is_harmless(shown, "server create")
        for arguments in (("server", "show", "web"), ("server", "show", "web", "--json")):
            done = home.slipway(*arguments)
            self.is_harmless(done.out, arguments)
            self.is_harmless(self.at_terminal([SLIPWAY, *arguments], env, home.directory), arguments)
        self.assertIn("\u202e", json.loads(home.slipway("server", "show", "web", "--json").out)["failure"]["message"])
        for arguments in (("show", "web"), ("events",)):  # cut to the terminal's width
            shown = self.at_terminal([SLIPWAY_LOG, *arguments], env, home.directory)
            self.assertEqual(HARMFUL & set(shown), set(), f"{arguments}: {shown!r}")
        for arguments in (("why", "web"), ("events", "--json"), ("show", "web", "--json"), ("export",)):
            shown = self.at_terminal([SLIPWAY_LOG, *arguments], env, home.directory)
            self.is_harmless(shown, arguments)
        # Elsewhere than at a terminal records are handed on as they are.
        self.assertIn("\u202e", home.log("export").stdout)

    def test_contract(self):
        """contract show"""
        house = Daemon(self.sim())
        self.addCleanup(house.close)
        house.start()
        house.provider()
        house.offering(recipe=RECIPE)
        house.contract("c-1")
        house.wait("c-1", "failed")
        env = {**house.environment(), "SLIPWAY_API": "unix:" + house.socket}
        for arguments in (("contract", "show", "c-1"), ("contract", "show", "c-1", "--json")):
            self.is_harmless(self.at_terminal([SLIPWAY, *arguments], env, house.directory), arguments)


if __name__ == "__main__":
    run()
