"""A Discord for tests: REST as the bot uses it, strict, with its messages kept; the gateway is fake_gateway.py, what a body
may be discord_rules.py. From https://docs.discord.com (API v10).

    fake = FakeDiscord()                      # plain, on loopback; FakeDiscord(tls=authority) with a test's CA
    slipwayd with DISCORD_API_BASE=fake.base and DISCORD_TOKEN=fake.token
    asked = fake.command(ANN, "create", name="web", location="nbg1", image="ubuntu-24.04")     # dm=True: in a DM
    asked.acknowledged()                      # the first answer; asked.latency
    asked.until(lambda message: "ready" in message["content"])
    fake.press(ANN, asked, "Create")
    fake.violations                           # what no client may send; a test asserts that it is empty

Faults of REST: fake.fault("original_404", 2); see _fault(). A token is good for fake.token_life seconds, an interaction has
to be acknowledged within three.
"""
import http.server
import itertools
import json
import re
import threading
import time

from discord_rules import Rules
from fake_gateway import FakeGateway
from harness import eventually

EPHEMERAL = 64
APPLICATION = "990000000000000001"
GUILD = "550000000000000001"
CHANNEL = "660000000000000001"


class Person:
    def __init__(self, number, name, *roles):
        self.id, self.name, self.roles = str(100000000000000000 + number), name, list(roles)


OWNER, ANN, BEN, STRANGER = Person(1, "owner"), Person(2, "ann", "role-1"), Person(3, "ben"), Person(4, "stranger")


class Refused(Exception):
    """An answer that is none of success."""

    def __init__(self, status, code, message, headers=None):
        super().__init__(message)
        self.status, self.body, self.headers = status, {"code": code, "message": message}, headers or {}


class Asked:
    """One interaction, and what the bot made of it."""

    def __init__(self, fake, number, user, dm, message=None):
        self.fake, self.id, self.token, self.user, self.dm = fake, str(number), f"tok-{number}-secret", user, dm
        self.message = message    # of its own, or the one that the button is on
        self.answer = None        # {"type", "data"}
        self.sent = self.answered = None
        self.follow_ups, self.edits = [], []

    @property
    def latency(self):
        return self.answered - self.sent

    def acknowledged(self, seconds=5):
        eventually(lambda: self.answer, seconds, f"an answer to interaction {self.id}")
        return self.answer

    def until(self, condition=lambda message: True, seconds=60, what="its message"):
        """The message, when it is there and as wanted."""
        def there():
            shown = self.message
            return shown and (shown.get("content") or shown.get("embeds")) and condition(shown) and [shown]
        try:
            return eventually(there, seconds, what)[0]
        except AssertionError as late:
            raise AssertionError(f"{late}; it is {json.dumps(self.message, ensure_ascii=False)[:1500]}") from None


class FakeDiscord:
    def __init__(self, tls=None, address=("127.0.0.1", 0)):
        self.token = "bot.token.for-tests"
        self.numbers = itertools.count(1200000000000000000)
        self.lock = threading.RLock()
        self.rules = Rules()
        self.violations = self.rules.violations
        self.commands, self.overwrites = [], 0
        self.asked = {}            # by token
        self.messages = {}         # of channels, by id
        self.closed_dms = set()    # people who take no DM
        self.forbidden = set()     # channels that the bot may not write to
        self.application = {"id": APPLICATION, "owner": {"id": OWNER.id}, "team": None, "interactions_endpoint_url": None}
        self.token_life, self.deadline = 15 * 60, 3.0
        self.faults = {}
        self.requests = []         # (time, method, route)
        self.tls = tls
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                outer._serve(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # connections that break off are what some tests are about

        self.server = Server(address, Handler)
        if tls:
            self.server.socket = tls.server_context().wrap_socket(self.server.socket, server_side=True,
                                                                  do_handshake_on_connect=False)
        self.gateway = FakeGateway(self, tls)
        self.base = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{self.server.server_port}/api/v10"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.gateway.close()
        self.server.shutdown()
        self.server.server_close()

    def new_id(self):
        return str(next(self.numbers))

    # ---- people

    def command(self, user, command, *, dm=False, **options):
        """Types: text, or a number."""
        listed = [{"name": name, "type": 4 if isinstance(value, int) else 3, "value": value}
                  for name, value in options.items()]
        return self._act(2, user, {"id": "1", "name": command, "type": 1, "options": listed}, dm)

    def type(self, user, command, option, text, *, dm=False):
        typed = {"name": option, "type": 3, "value": text, "focused": True}
        return self._act(4, user, {"id": "1", "name": command, "type": 1, "options": [typed]}, dm)

    def press(self, user, on, label, *, dm=False):
        button = next(one for row in on.message["components"] for one in row["components"] if one["label"] == label)
        return self._act(3, user, {"custom_id": button["custom_id"], "component_type": 2}, dm, on.message)

    def _act(self, kind, user, data, dm, message=None):
        with self.lock:
            one = Asked(self, self.new_id(), user, dm, message)
            self.asked[one.token] = one
        person = {"id": user.id, "username": user.name, "global_name": None, "discriminator": "0", "avatar": None}
        payload = {"type": kind, "id": one.id, "token": one.token, "application_id": APPLICATION, "version": 1, "data": data,
                   "channel_id": self.dm_of(user.id) if dm else CHANNEL, "locale": "en-US", "context": 1 if dm else 0,
                   "authorizing_integration_owners": {"0": "0" if dm else GUILD}, "entitlements": []}
        if dm:
            payload["user"] = person
        else:
            payload.update(guild_id=GUILD, member={"user": person, "roles": user.roles, "permissions": "2147483647"})
        if message:
            payload["message"] = message
        one.sent = time.monotonic()
        self.gateway.dispatch("INTERACTION_CREATE", payload)
        return one

    @staticmethod
    def dm_of(user_id):
        return "77" + user_id[2:]

    def in_channel(self, channel):
        """The messages that the bot has sent to a channel."""
        return [one for one in self.messages.values() if one["channel_id"] == channel]

    # ---- REST

    def fault(self, name, times=1):
        with self.lock:
            self.faults[name] = times

    def _fault(self, name):
        """original_404, callback_lost (carried out, no answer), callback_500, edit_500, edit_429, global_429, banned_429."""
        with self.lock:
            left = self.faults.get(name, 0)
            if left:
                self.faults[name] = left - 1
            return left > 0

    def _serve(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length) if length else b""
        path = handler.path.removeprefix("/api/v10")
        headers, body = {}, None
        try:
            body = json.loads(raw) if raw else None
            self.rules.check_request(handler.command, path, handler.headers, raw)
            status, out = self._route(handler.command, path, body, handler.headers.get("Authorization"))
        except ConnectionAbortedError:
            handler.close_connection = True
            return
        except Refused as refused:
            status, out, headers = refused.status, refused.body, refused.headers
        text = out.encode() if isinstance(out, str) else b"" if out is None else json.dumps(out).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def _route(self, method, path, body, authorization):
        for pattern, verbs in ROUTES:
            match = re.fullmatch(pattern, path)
            if not match:
                continue
            name = verbs.get(method)
            if name is None:
                raise Refused(405, 0, "405: Method Not Allowed")
            with self.lock:
                self.requests.append((time.monotonic(), method, pattern))
                by_bot = name not in WITH_TOKEN
                if by_bot and authorization != f"Bot {self.token}":
                    raise Refused(401, 0, "401: Unauthorized")
            return getattr(self, "_" + name)(body, *match.groups())
        raise Refused(404, 0, "404: Not Found")

    def _gateway_bot(self, _):
        return 200, {"url": self.gateway.url, "shards": 1,
                     "session_start_limit": {"total": 1000, "remaining": self.gateway.identifies_left,
                                             "reset_after": 3600000, "max_concurrency": 1}}

    def _gateway(self, _):
        return 200, {"url": self.gateway.url}

    def _application(self, _):
        return 200, self.application

    def _list_commands(self, _, _application):
        return 200, self.commands

    def _overwrite(self, body, _application):
        self.rules.check_commands(body)
        self.overwrites += 1
        self.commands = [{"id": self.new_id(), "application_id": APPLICATION, "version": "1", "nsfw": False,
                          "default_member_permissions": None, **one} for one in body]
        return 200, self.commands

    def _callback(self, body, number, token):
        self.rules.check_callback(body)
        with self.lock:
            one = self.asked.get(token)
            if one is None or one.id != number or time.monotonic() - one.sent > self.deadline:
                raise Refused(404, 10062, "Unknown interaction")
            if one.answer:
                raise Refused(400, 40060, "Interaction has already been acknowledged.")
            if self._fault("callback_500"):
                raise Refused(500, 0, "500: Internal Server Error")
            data = body.get("data") or {}
            one.answered = time.monotonic()
            if body["type"] in (4, 5):
                one.message = {"id": self.new_id(), "content": "", "embeds": [], "components": [], "flags": 0, **data}
            elif body["type"] == 7:
                one.message.update(data)
            one.answer = body
        if self._fault("callback_lost"):
            raise ConnectionAbortedError
        return 204, None

    def _of_token(self, token):
        one = self.asked.get(token)
        if one is None or one.message is None or one.answer is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if time.monotonic() - one.sent > self.token_life:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if one.message.get("deleted"):
            raise Refused(404, 10008, "Unknown Message")
        return one

    def _original(self, _, _application, token):
        with self.lock:
            return 200, self._of_token(token).message

    def _edit_original(self, body, _application, token):
        self.rules.check_message(body)
        self._limits("edit")
        with self.lock:
            one = self._of_token(token)
            if self._fault("original_404"):
                raise Refused(404, 10015, "Unknown Webhook")
            self._change(one.message, body)
            one.edits.append((time.monotonic(), body))
            return 200, one.message

    def _limits(self, what):
        if self._fault(what + "_500"):
            raise Refused(500, 0, "500: Internal Server Error")
        limited = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
        if self._fault(what + "_429"):
            refused = Refused(429, 0, "", {"Via": "1.1 google", "Retry-After": "1", "X-RateLimit-Scope": "user",
                                           "X-RateLimit-Bucket": what, "X-RateLimit-Remaining": "0",
                                           "X-RateLimit-Limit": "5", "X-RateLimit-Reset-After": "0.3"})
            refused.body = limited
            raise refused
        if self._fault("global_429"):
            refused = Refused(429, 0, "", {"Via": "1.1 google", "Retry-After": "1", "X-RateLimit-Global": "true",
                                           "X-RateLimit-Scope": "global"})
            refused.body = {**limited, "global": True}
            raise refused
        if self._fault("banned_429"):
            refused = Refused(429, 0, "", {"Content-Type": "text/html", "Retry-After": "1"})
            refused.body = "<html>error code: 1015</html>"
            raise refused

    @staticmethod
    def _change(message, body):
        message.update({name: value for name, value in body.items() if name not in ("flags", "nonce", "enforce_nonce")})

    def _follow_up(self, body, _application, token):
        self.rules.check_message(body)
        with self.lock:
            one = self._of_token(token)
            sent = {"id": self.new_id(), **body}
            one.follow_ups.append(sent)
            return 200, sent

    def _open_dm(self, body):
        return 200, {"id": self.dm_of(body["recipient_id"]), "type": 1}

    def _send(self, body, channel):
        self.rules.check_message(body)
        with self.lock:
            if channel in self.forbidden or channel in {self.dm_of(one) for one in self.closed_dms}:
                raise Refused(403, 50007 if channel.startswith("77") else 50001, "Cannot send messages to this user")
            for one in self.in_channel(channel):
                if body.get("enforce_nonce") and one.get("nonce") == body["nonce"]:
                    return 200, one
            sent = {"id": self.new_id(), "channel_id": channel, **body}
            self.messages[sent["id"]] = sent
            return 200, sent

    def _edit(self, body, channel, number):
        self.rules.check_message(body)
        self._limits("edit")
        with self.lock:
            message = self.messages.get(number) or next(
                (one.message for one in self.asked.values() if one.message and one.message["id"] == number), None)
            if message is None or message.get("flags", 0) & EPHEMERAL or message.get("deleted"):
                raise Refused(404, 10008, "Unknown Message")
            self._change(message, body)
            return 200, message


# Those that the interaction's token alone allows.
WITH_TOKEN = {"gateway", "callback", "original", "edit_original", "follow_up"}
ROUTES = [
    (r"/gateway/bot", {"GET": "gateway_bot"}),
    (r"/gateway", {"GET": "gateway"}),
    (r"/applications/@me", {"GET": "application"}),
    (r"/applications/(\d+)/commands", {"GET": "list_commands", "PUT": "overwrite"}),
    (r"/interactions/(\d+)/([^/]+)/callback", {"POST": "callback"}),
    (r"/webhooks/(\d+)/([^/]+)/messages/@original", {"GET": "original", "PATCH": "edit_original"}),
    (r"/webhooks/(\d+)/([^/]+)", {"POST": "follow_up"}),
    (r"/users/@me/channels", {"POST": "open_dm"}),
    (r"/channels/(\d+)/messages", {"POST": "send"}),
    (r"/channels/(\d+)/messages/(\d+)", {"PATCH": "edit"}),
]
