"""A Discord for tests: people act, the bot answers, and what it may not do is written down. From
https://docs.discord.com (API v10) and, where SLIPWAY_DISCORD_OPENAPI names it, the official OpenAPI document.

    fake = FakeDiscord()                      # plain, on loopback; FakeDiscord(tls=authority) with a test's CA
    slipwayd with DISCORD_API_BASE=fake.base and DISCORD_TOKEN=fake.token
    asked = fake.command(ANN, "create", name="web", location="nbg1", image="ubuntu-24.04")     # dm=True: in a DM
    asked.acknowledged()                      # the first answer; asked.latency
    asked.until(lambda message: "ready" in message["content"])
    fake.press(ANN, asked, "Create")          # a button, by its label or its custom_id
    fake.type(ANN, "create", "image", "ubu").acknowledged()["data"]["choices"]
    fake.in_channel(CHANNEL), fake.in_channel(fake.dm_of(ANN.id))      # what the bot has sent there
    fake.webhook().url                        # a channel's own address for notices; fake.webhook().messages
    fake.violations                           # what no client may do; a test asserts that it is empty

What Discord refuses is refused with its code, changes nothing, and is a violation; what it takes of a careless bot is carried
out and is a violation too. Everything runs on threads of the test's process and is there in milliseconds.

Its parts: people.py (who there is), asked.py (what is returned above), rest_server.py and rest_routes.py (REST), webhook.py,
rate_limits.py, rest_faults.py (fake.fault("original_404", 2)), fake_gateway.py (fake.gateway), discord_rules.py,
component_rules.py and official.py (what a body may be). Messages, sessions and people outlive the bot: it may come and go.
A token is good for fake.token_life seconds, an interaction has to be acknowledged within fake.deadline.
"""
import base64
import collections
import copy
import itertools
import threading
import time

import people
from asked import Asked
from component_rules import nested
from discord_rules import Rules
from fake_gateway import FakeGateway
from people import ANN, APPLICATION, BEN, CHANNEL, EPHEMERAL, GUILD, OWNER, ROLE, STRANGER, Person  # noqa: F401 (for tests)
from rate_limits import RateLimits
from rest_faults import RestFaults
from rest_routes import Routes
from rest_server import RestServer
from webhook import Webhook

TYPES = {str: 3, bool: 5, int: 4, float: 10}


class FakeDiscord:
    dm_of = staticmethod(people.dm_of)

    def __init__(self, tls=None, address=("127.0.0.1", 0)):
        self.token = base64.b64encode(people.BOT.encode()).decode() + ".for.tests"
        self.numbers = itertools.count(1200000000000000000)
        self.lock = threading.RLock()
        self.rules = Rules()
        self.violations = self.rules.violations
        self.limits = RateLimits(self.violations)
        self.faulty = RestFaults()
        self.faults, self.fault = self.faulty.left, self.faulty.set
        self.commands, self.overwrites = [], 0
        self.guild_commands = {}                        # by guild
        self.creations_left = 200                       # of commands, today
        self.asked = {}                                 # by token
        self.messages = {}                              # of channels, by id
        self.history = collections.defaultdict(list)    # of every message by id: (time, message)
        self.closed_dms = set()                         # people who take no DM
        self.forbidden = set()                          # channels that the bot may not write to
        self.channels = {CHANNEL}                       # that there are: a DM is one when somebody has opened it
        self.webhooks = {}                              # of channels, by id
        self.application = people.application()
        self.token_life, self.deadline = 15 * 60, 3.0
        self.old_message, self.edits_of_old = 3600, 30  # seconds after which a message takes so many edits more
        self.requests = []                              # (time, method, route)
        self.tls = tls
        self.gateway = FakeGateway(self, tls)
        self.routes = Routes(self)
        self.rest = RestServer(self, tls, address)
        self.base = self.rest.base

    def close(self):
        self.faulty.over.set()
        self.gateway.close()
        self.rest.close()

    def new_id(self):
        return str(next(self.numbers))

    # ---- people

    def command(self, user, command, given=None, *, dm=False, guild=GUILD, **options):
        """Its options by name; text, a number, or whether."""
        known = self._registered(command, None if dm else guild)
        listed = []
        for name, value in {**(given or {}), **options}.items():
            kind = self._option(known, name).get("type", TYPES[type(value)])
            listed.append({"name": name, "type": kind, "value": value})
        return self._act(2, user, self._of(command, known, listed), None if dm else guild)

    def type(self, user, command, option, text, *, dm=False, guild=GUILD, **others):
        """What is typed so far for one option; others may be there already, and required ones may be missing."""
        known = self._registered(command, None if dm else guild)
        described = self._option(known, option)
        if known and not described.get("autocomplete"):
            raise AssertionError(f"/{command} completes no {option}: people could not type it so")
        listed = [{"name": name, "type": 3, "value": value} for name, value in others.items()]
        listed.append({"name": option, "type": described.get("type", 3), "value": text, "focused": True})
        return self._act(4, user, self._of(command, known, listed), None if dm else guild)

    def press(self, user, on, button, *, dm=False, guild=GUILD):
        shown = on.message if isinstance(on, Asked) else on
        found = next((one for one in nested(shown["components"]) if button in (one.get("label"), one.get("custom_id"))), None)
        if found is None or found.get("disabled") or "custom_id" not in found:
            raise AssertionError(f"nobody can press {button} on {shown['components']}")
        return self._act(3, user, {"custom_id": found["custom_id"], "component_type": 2, "id": found["id"]},
                         None if dm else guild, shown)

    def _registered(self, command, guild):
        """A guild's own before everybody's."""
        return next((one for one in self.guild_commands.get(guild, []) + self.commands if one["name"] == command), {})

    @staticmethod
    def _option(command, name):
        return next((one for one in command.get("options", []) if one["name"] == name), {})

    @staticmethod
    def _of(command, known, options):
        return {"id": known.get("id", "1"), "name": command, "type": 1, "options": options,
                **({"guild_id": known["guild_id"]} if "guild_id" in known else {})}

    def _act(self, kind, user, data, guild, shown=None):
        with self.lock:
            channel = people.dm_of(user.id) if guild is None else CHANNEL
            one = Asked(self, kind, self.new_id(), user, channel, shown)
            self.asked[one.token] = one
            self.channels.add(channel)
            payload = copy.deepcopy(people.interaction(one, data, guild, shown))
        one.sent = time.monotonic()
        self.gateway.dispatch("INTERACTION_CREATE", payload)
        return one

    # ---- messages

    def webhook(self, channel=CHANNEL):
        """A channel's own, made by somebody in its settings: whoever has its url may write there. See its messages."""
        made = Webhook(self, self.new_id(), channel)
        self.webhooks[made.id] = made
        return made

    def in_channel(self, channel):
        """The messages that the bot has sent to a channel."""
        return [one for one in list(self.messages.values()) if one["channel_id"] == channel]

    def new_message(self, channel, body, flags=0):
        made = people.message(self.new_id(), channel, flags)
        if body is not None:  # else it will be said later
            people.fill(made, body)
        self.remember(made)
        return made

    def change(self, shown, body):
        """In place: whoever waits for the message has it."""
        people.fill(shown, body)
        shown["edited_timestamp"] = people.now()
        self.remember(shown)

    def remember(self, shown):
        self.history[shown["id"]].append((time.monotonic(), copy.deepcopy(shown)))

    def by_number(self, number):
        """A message that was sent, or that answers an interaction."""
        return self.messages.get(number) or next(
            (one.message for one in self.asked.values() if one.message and one.message["id"] == number), None)

    def delete(self, shown):
        """By the bot, or by somebody who no longer wants to see it."""
        with self.lock:
            shown["deleted"] = True
            self.messages.pop(shown["id"], None)
