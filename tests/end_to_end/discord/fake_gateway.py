"""The gateway of a FakeDiscord (fake_discord.py): sessions with what each has missed, and every fault that a client meets.
What a client may send is in gateway_rules.py.

What the test does:    dispatch(), send(op, d), close_code(4009), reset() and reset("mid-frame") (an RST of TCP's),
                       until_ready()
What goes wrong then:  hello ("missing", "late": after hello_delay seconds, "op7 first", "op7 instead"),
                       answers_heartbeats = False, answers_resume = False, refuses_resume = True (op 9),
                       silent = True (heartbeats go on, events do not), repeats = True (a RESUME brings the last event again),
                       fragmented = True (events in three frames), large = True (events of more than 64 KiB),
                       split = True (TLS records of a few bytes): for connections that begin afterwards
How patient it is:     identify_pace, op7_patience, session_life, heartbeat_patience: seconds
"""
import asyncio
import threading
import time
import urllib.parse

import websockets
from websockets.legacy.server import serve

import gateway_rules
from gateway_rules import Bad
from gateway_session import Client, Session
from harness import eventually
from people import bot_user

INTERVAL_MS = 1500


async def closed_within(connection, seconds):
    try:
        await asyncio.wait_for(connection.wait_closed(), seconds)
    except asyncio.TimeoutError:
        pass


class FakeGateway:
    def __init__(self, fake, tls):
        self.fake = fake
        self.hello, self.hello_delay, self.answers_heartbeats, self.answers_resume = "", 1.0, True, True
        self.silent = self.repeats = self.refuses_resume = self.fragmented = self.large = self.split = False
        self.identify_pace, self.op7_patience, self.session_life, self.heartbeat_patience = 5.0, 3.0, 180.0, 5.0
        self.identifies_left = 1000
        self.identified, self.resumed, self.closed = [], [], []   # IDENTIFYs, RESUMEs, close codes of the client's
        self.identified_at = -1000.0
        self.heartbeats = 0
        self.sessions = {}      # by name
        self.session = None     # the youngest
        self.current = None     # the client that is here with a session
        self.waiting = []       # for a session to begin
        self.tls = tls
        self.loop = asyncio.new_event_loop()
        self.task, self.port = None, None
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait(10)
        self.url = f"{'wss' if tls else 'ws'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"

    def _run(self, started):
        async def work():
            server = await serve(self._talk, "127.0.0.1", 0, ssl=self.tls.server_context() if self.tls else None,
                                 max_size=1 << 20, ping_interval=None, close_timeout=1, compression=None)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await asyncio.Future()

        asyncio.set_event_loop(self.loop)
        self.task = self.loop.create_task(work())
        try:
            self.loop.run_until_complete(self.task)
        except asyncio.CancelledError:
            pass
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(5)

    # ---- the test's side

    def until_ready(self, seconds=20):
        eventually(lambda: self.current is not None, seconds, "the bot at the gateway")

    def dispatch(self, kind, data):
        """Kept for the session, and sent where its client is here; before the first session it waits."""
        self._in_loop(self._dispatch(kind, data))

    def send(self, op, data=None):
        self._in_loop(self._send(op, data))

    def close_code(self, code):
        self._in_loop(self._close(code))

    def reset(self, where=""):
        self._in_loop(self._reset(where == "mid-frame"))

    def _in_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    # ---- the loop's side

    async def _dispatch(self, kind, data):
        if self.session is None:
            self.waiting.append((kind, data))
            return
        event = self.session.add(kind, data)
        if self.current and not self.silent:
            await self.current.event(event)

    async def _send(self, op, data):
        client = self.current
        if client is None:
            return
        if op == 9 and not data:
            self._forget(client.session)
        await client.send(op, data)
        if op == 7:
            self.loop.call_later(self.op7_patience, lambda: self.loop.create_task(self._too_long(client)))

    async def _too_long(self, client):
        """Whom an op 7 did not move is closed."""
        if client.connection.open:
            await client.connection.close(4000)

    async def _close(self, code):
        if self.current:
            client, self.current = self.current, None
            await client.connection.close(code)

    async def _reset(self, mid_frame):
        if self.current:
            client, self.current = self.current, None
            if mid_frame:
                client.half_frame()
            client.reset()

    def _forget(self, session):
        if session:
            self.sessions.pop(session.name, None)

    async def _talk(self, connection, path=None):
        client = Client(connection, gateway_rules.Talk(INTERVAL_MS), "compress=zlib-stream" in connection.path)
        client.fragmented, client.large = self.fragmented, self.large
        if self.split:
            client.split()
        overdue = self.loop.create_task(self._overdue(client))
        try:
            gateway_rules.version(connection.path)
            await self._greet(client)
            async for text in connection:
                await self._hear(client, text)
        except Bad as bad:
            if bad.why:
                self.fake.violations.append(bad.why)
            await connection.close(bad.code)
        except websockets.ConnectionClosed:
            pass
        overdue.cancel()
        self.closed.append(connection.close_code)
        if client.session:
            client.session.left = time.monotonic()
            if connection.close_code in (1000, 1001):
                self._forget(client.session)
        if self.current is client:
            self.current = None

    async def _overdue(self, client):
        """Whoever sends no heartbeats loses the connection."""
        while client.connection.open and not client.talk.overdue(self.heartbeat_patience):
            await closed_within(client.connection, 0.25)
        if self.hello != "missing" and client.connection.open:
            self.fake.violations.append("no heartbeat in time")
            await client.connection.close(4000)

    async def _greet(self, client):
        if self.hello.startswith("op7"):
            await client.send(7)
        if self.hello == "late":
            await closed_within(client.connection, self.hello_delay)
        if self.hello not in ("missing", "op7 instead"):
            await client.send(10, {"heartbeat_interval": INTERVAL_MS})

    async def _hear(self, client, text):
        op, data = client.talk.read(text)
        if op == 1:
            self.heartbeats += 1
            wrong = client.talk.heartbeat(data)
            if wrong:
                self.fake.violations.append(wrong)
            if self.answers_heartbeats:
                await client.send(11)
        elif op == 2:
            await self._identify(client, data)
        elif op == 6:
            await self._resume(client, data)

    async def _identify(self, client, data):
        wrong = gateway_rules.identify(data, self.fake.token)
        if wrong:
            self.fake.violations.append(wrong)
        now = time.monotonic()
        if self.identifies_left <= 0:  # Discord makes such a bot's token worthless
            raise Bad(4004, "more IDENTIFYs than a day has")
        self.identifies_left -= 1
        if now - self.identified_at < self.identify_pace:
            self.fake.violations.append(f"two IDENTIFYs within {now - self.identified_at:.1f} s")
            await client.send(9, False)
            return
        if self._is_for_resuming(client):
            self.fake.violations.append("an IDENTIFY at /resume: a new session begins where /gateway/bot says")
        self.identified_at = now
        self.identified.append(data)
        session = self.session = Session(f"session-{len(self.identified)}")
        self.sessions[session.name] = session
        await self._begin(client, session)
        await client.event(session.add("READY", {
            "v": 10, "session_id": session.name, "resume_gateway_url": self.url + "/resume", "guilds": [], "user": bot_user(),
            "session_type": "normal", "private_channels": [], "relationships": [],
            "application": {"id": self.fake.application["id"], "flags": 0},
            **({"shard": data["shard"]} if "shard" in data else {})}))
        self.current = client
        waiting, self.waiting = self.waiting, []
        for kind, what in waiting:
            await self._dispatch(kind, what)

    @staticmethod
    def _is_for_resuming(client):
        return urllib.parse.urlsplit(client.connection.path).path.startswith("/resume")

    async def _begin(self, client, session):
        """One client a session."""
        client.session, client.talk.started = session, True
        if self.current and self.current is not client:
            before, self.current = self.current, None
            await before.connection.close(4000)

    async def _resume(self, client, data):
        if data.get("token") not in (self.fake.token, f"Bot {self.fake.token}"):
            raise Bad(4004, None)
        path = client.connection.path
        self.resumed.append((data, path))
        if not self._is_for_resuming(client):
            self.fake.violations.append(f"a RESUME at {path}, which is not what READY has named")
        if not self.answers_resume:
            client.talk.started = True
            return
        session, number = self.sessions.get(data.get("session_id")), data.get("seq")
        if session and (not isinstance(number, int) or not 0 < number <= len(session.events)):
            self._forget(session)
            raise Bad(4007, f"a RESUME from {number} of {len(session.events)}")
        if self.refuses_resume or session is None or (
                session.left is not None and time.monotonic() - session.left > self.session_life):
            self._forget(session)
            await client.send(9, False)
            return
        await self._begin(client, session)
        for event in session.events[number - (1 if self.repeats else 0):]:
            await client.event(event)
        await client.event(session.add("RESUMED", {}))
        self.current = client
