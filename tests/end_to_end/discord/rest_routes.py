"""What a fake Discord (fake_discord.py) answers to each route that a bot needs; rest_server.py calls them under its lock.
A route is (body, the path's parts) to (status, answer), or raises Refused."""
import time

import people
from people import EPHEMERAL, LOADING
from rest_faults import Refused


class Routes:
    def __init__(self, fake):
        self.fake = fake

    # ---- the application

    def gateway(self, _):
        return 200, {"url": self.fake.gateway.url}

    def gateway_bot(self, _):
        return 200, {"url": self.fake.gateway.url, "shards": 1,
                     "session_start_limit": {"total": 1000, "remaining": self.fake.gateway.identifies_left,
                                             "reset_after": 3600000, "max_concurrency": 1}}

    def application(self, _):
        return 200, self.fake.application

    def myself(self, _):
        return 200, {**people.bot_user(), "mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}

    def _own(self, application):
        if application != people.APPLICATION:
            self.fake.rules.broken(f"the commands of application {application}, which is another one's")
            raise Refused(403, 20012, "You are not authorized to perform this action on this application")

    def list_commands(self, _, application):
        self._own(application)
        return 200, self.fake.commands

    def overwrite(self, body, application):
        self._own(application)
        self.fake.rules.check_commands(body)
        self.fake.commands = self._registered(body, self.fake.commands)
        self.fake.overwrites += 1
        return 200, self.fake.commands

    def list_guild_commands(self, _, application, guild):
        self._own(application)
        return 200, self.fake.guild_commands.get(guild, [])

    def overwrite_guild(self, body, application, guild):
        self._own(application)
        self.fake.rules.check_commands(body, guild=True)
        made = self._registered(body, self.fake.guild_commands.get(guild, []), guild_id=guild)
        self.fake.guild_commands[guild] = made
        return 200, made

    def _registered(self, body, before, **more):
        """With the numbers of those that were there; a day has only so many new ones."""
        fake, known = self.fake, {(one["name"], one["type"]): one["id"] for one in before}
        new = sum((one["name"], one.get("type", 1)) not in known for one in body)
        if new > fake.creations_left:
            fake.rules.broken("more new commands than a day has")
            raise Refused(400, 30034, "Max number of daily application command creates has been reached (200)")
        fake.creations_left -= new
        return [{"default_member_permissions": None, "nsfw": False, "type": 1, **one, **more,
                 "id": known.get((one["name"], one.get("type", 1))) or fake.new_id(),
                 "application_id": people.APPLICATION, "version": fake.new_id()} for one in body]

    # ---- interactions

    def callback(self, body, number, token):
        fake, one = self.fake, self.fake.asked.get(token)
        fake.rules.check_answer(one, body)
        if one is None or one.id != number or time.monotonic() - one.sent > fake.deadline:
            raise Refused(404, 10062, "Unknown interaction")
        if one.answer:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body["type"], body.get("data") or {}
        answered = time.monotonic()
        flags = data.get("flags", 0) & EPHEMERAL
        if kind == 4:
            one.message = self._new(one.channel, data, flags)
        elif kind == 5:
            one.message = fake.new_message(one.channel, None, flags | LOADING)
        elif kind == 7:
            self._change(one.message, data)
        one.answered, one.answer = answered, body
        return 204, None

    def _new(self, channel, body, flags=0):
        self.fake.rules.check_result(body)
        return self.fake.new_message(channel, body, flags)

    def _change(self, shown, body):
        self.fake.rules.check_result({**shown, **body})
        self.fake.change(shown, body)

    def callback_response(self, number, token):
        one = self.fake.asked[token]
        answer = {"interaction": {"id": number, "type": one.kind, "response_message_id": (one.message or {}).get("id"),
                                  "response_message_loading": one.answer["type"] == 5,
                                  "response_message_ephemeral": bool((one.message or {}).get("flags", 0) & EPHEMERAL)}}
        if one.message and one.answer["type"] in (4, 5, 7):
            answer["resource"] = {"type": one.answer["type"], "message": one.message}
        return 200, answer

    def _of_token(self, application, token):
        one = self.fake.asked.get(token)
        if application != people.APPLICATION or one is None or one.answer is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if time.monotonic() - one.sent > self.fake.token_life:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return one

    def _first(self, application, token):
        one = self._of_token(application, token)
        if one.message is None or one.message.get("deleted"):
            raise Refused(404, 10008, "Unknown Message")
        return one

    def original(self, _, application, token):
        return 200, self._first(application, token).message

    def edit_original(self, body, application, token):
        self.fake.rules.check_message(body, "edit")
        one = self._first(application, token)
        self._change(one.message, body)
        one.edits.append((time.monotonic(), body))
        return 200, one.message

    def delete_original(self, _, application, token):
        self.fake.delete(self._first(application, token).message)
        return 204, None

    def follow_up(self, body, application, token):
        self.fake.rules.check_message(body, "answer")
        one = self._of_token(application, token)
        if one.message and one.message["flags"] & LOADING:
            self.fake.rules.broken("a follow-up before the deferred answer was edited: it becomes that answer")
            self.fake.change(one.message, {name: value for name, value in body.items() if name != "flags"})
            return 200, one.message
        one.follow_ups.append(self._new(one.channel, body, body.get("flags", 0) & EPHEMERAL))
        return 200, one.follow_ups[-1]

    def _followed(self, application, token, number):
        for shown in self._of_token(application, token).follow_ups:
            if shown["id"] == number and not shown.get("deleted"):
                return shown
        raise Refused(404, 10008, "Unknown Message")

    def edit_follow_up(self, body, application, token, number):
        self.fake.rules.check_message(body, "edit")
        shown = self._followed(application, token, number)
        self._change(shown, body)
        return 200, shown

    def delete_follow_up(self, _, application, token, number):
        self.fake.delete(self._followed(application, token, number))
        return 204, None

    def notify(self, body, number, token):
        """What is told to a channel's own webhook, without a bot."""
        self.fake.rules.check_message(body)
        webhook = self.fake.webhooks.get(number)
        if webhook is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if webhook.token != token:
            raise Refused(401, 50027, "Invalid Webhook Token")
        webhook.messages.append({**self._new(webhook.channel, body), "webhook_id": number})
        return 200, webhook.messages[-1]

    # ---- channels

    def open_dm(self, body):
        number = people.dm_of(str(body["recipient_id"]))
        self.fake.channels.add(number)
        return 200, {**people.channel(number), "recipients": [people.user(str(body["recipient_id"]), "somebody")]}

    def _may_see(self, channel):
        if channel not in self.fake.channels:
            raise Refused(404, 10003, "Unknown Channel")
        if channel in self.fake.forbidden:
            raise Refused(403, 50001, "Missing Access")

    def send(self, body, channel):
        fake = self.fake
        fake.rules.check_message(body)
        self._may_see(channel)
        if channel in {people.dm_of(one) for one in fake.closed_dms}:
            raise Refused(403, 50007, "Cannot send messages to this user")
        nonce = body.get("nonce")
        for one in fake.in_channel(channel):
            if body.get("enforce_nonce") and nonce is not None and one.get("nonce") == nonce:
                return 200, one
        sent = self._new(channel, body)
        if nonce is not None:
            sent["nonce"] = nonce
        fake.messages[sent["id"]] = sent
        return 200, sent

    def edit(self, body, channel, number):
        fake = self.fake
        fake.rules.check_message(body, "edit")
        self._may_see(channel)
        shown = fake.by_number(number)
        if shown is None or shown["channel_id"] != channel or shown["flags"] & EPHEMERAL or shown.get("deleted"):
            raise Refused(404, 10008, "Unknown Message")
        states = fake.history[number]
        late = sum(at - states[0][0] > fake.old_message for at, _ in states)
        if time.monotonic() - states[0][0] > fake.old_message and late >= fake.edits_of_old:
            raise Refused(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later")
        self._change(shown, body)
        return 200, shown

    @staticmethod
    def route(found, arguments):
        """The application's webhook is the one of its interactions; any other is a channel's."""
        return NOTIFY if found.name == "follow_up" and arguments[0] != people.APPLICATION else found


class Route:
    """A method of Routes; with_token: an interaction's token allows it, and no bot's is asked for. major: which part of the
    path a bucket is for."""

    def __init__(self, name, bucket, kinds, with_token=False, major=0):
        self.name, self.bucket, self.kinds, self.with_token = name, bucket, kinds.split(), with_token
        self.major = 1 if bucket == "webhook" else major


NOTIFY = Route("notify", "webhook", "notify", True)


ROUTES = [
    ("/gateway/bot", {"GET": Route("gateway_bot", "look", "gateway")}),
    ("/gateway", {"GET": Route("gateway", "look", "gateway", True)}),
    ("/applications/@me", {"GET": Route("application", "look", "application")}),
    ("/oauth2/applications/@me", {"GET": Route("application", "look", "application")}),
    ("/users/@me", {"GET": Route("myself", "look", "application")}),
    ("/applications/{application_id}/commands", {"GET": Route("list_commands", "commands", "commands"),
                                                 "PUT": Route("overwrite", "commands", "commands")}),
    ("/applications/{application_id}/guilds/{guild_id}/commands", {
        "GET": Route("list_guild_commands", "commands", "commands", major=1),
        "PUT": Route("overwrite_guild", "commands", "commands", major=1)}),
    ("/interactions/{interaction_id}/{interaction_token}/callback", {"POST": Route("callback", None, "callback", True)}),
    ("/webhooks/{webhook_id}/{webhook_token}/messages/@original", {
        "GET": Route("original", "webhook", "look", True), "PATCH": Route("edit_original", "webhook", "original edit", True),
        "DELETE": Route("delete_original", "webhook", "delete", True)}),
    ("/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}", {
        "PATCH": Route("edit_follow_up", "webhook", "edit", True),
        "DELETE": Route("delete_follow_up", "webhook", "delete", True)}),
    ("/webhooks/{webhook_id}/{webhook_token}", {"POST": Route("follow_up", "webhook", "follow_up", True)}),
    ("/users/@me/channels", {"POST": Route("open_dm", "dm", "dm")}),
    ("/channels/{channel_id}/messages", {"POST": Route("send", "channel", "send")}),
    ("/channels/{channel_id}/messages/{message_id}", {"PATCH": Route("edit", "channel", "edit")}),
]
