"""The gateway of a FakeDiscord (fake_discord.py): sessions with what each has missed, and every fault that a client meets.

What the test does:    dispatch(), send(op, d), close_code(4009), reset() (the connection breaks), until_ready()
What goes wrong then:  hello ("missing", "op7 first"), answers_heartbeats = False, answers_resume = False,
                       silent = True (heartbeats go on, events do not), repeats = True (a RESUME brings the last event again)
"""
import asyncio
import json
import threading
import zlib

import websockets

from harness import eventually

INTERVAL_MS = 1500


class FakeGateway:
    def __init__(self, fake, tls):
        self.fake = fake
        self.hello, self.answers_heartbeats, self.answers_resume = "", True, True
        self.silent = self.repeats = False
        self.identifies_left = 1000
        self.identified, self.resumed, self.closed = [], [], []   # IDENTIFYs, RESUMEs, close codes of the client's
        self.heartbeats = 0
        self.sessions = {}      # by id: the events sent so far
        self.current = None     # (connection, session id, compressor)
        self.waiting = []       # for a session to begin
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        async def serve():
            server = await websockets.serve(self._talk, "127.0.0.1", 0, ssl=tls.server_context() if tls else None,
                                            max_size=4096, ping_interval=None, close_timeout=1)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await asyncio.Future()

        self.task = None

        def run():
            asyncio.set_event_loop(self.loop)
            self.task = self.loop.create_task(serve())
            try:
                self.loop.run_until_complete(self.task)
            except asyncio.CancelledError:
                pass

        threading.Thread(target=run, daemon=True).start()
        started.wait(10)
        self.url = f"{'wss' if tls else 'ws'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"

    def close(self):
        self.loop.call_soon_threadsafe(self.task.cancel)

    # ---- the test's side

    def until_ready(self, seconds=20):
        eventually(lambda: self.current is not None, seconds, "the bot at the gateway")

    def dispatch(self, kind, data):
        """Kept for the session, and sent where its client is here; before the first session it waits."""
        self._in_loop(self._dispatch(kind, data))

    def send(self, op, data=None):
        self._in_loop(self._send(self.current, {"op": op, "d": data, "s": None, "t": None}))

    def close_code(self, code):
        self._in_loop(self._close(code))

    def reset(self):
        self._in_loop(self._reset())

    def _in_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    # ---- the loop's side

    async def _dispatch(self, kind, data):
        session = self.current[1] if self.current else next(reversed(self.sessions), None)
        if session is None:
            self.waiting.append((kind, data))
            return
        events = self.sessions[session]
        events.append({"op": 0, "s": len(events) + 1, "t": kind, "d": data})
        if self.current and not self.silent:
            await self._send(self.current, events[-1])

    async def _send(self, to, message):
        if to is None:
            return
        connection, _, compressor = to
        text = json.dumps(message)
        try:
            if compressor:
                await connection.send(compressor.compress(text.encode()) + compressor.flush(zlib.Z_SYNC_FLUSH))
            else:
                await connection.send(text)
        except websockets.ConnectionClosed:
            pass

    async def _close(self, code):
        if self.current:
            connection, self.current = self.current[0], None
            await connection.close(code)

    async def _reset(self):
        if self.current:
            connection, self.current = self.current[0], None
            connection.transport.abort()

    async def _talk(self, connection, path=None):
        path = path or connection.path
        compressor = zlib.compressobj() if "compress=zlib-stream" in path else None
        me = (connection, None, compressor)
        if "v=10" not in path or "encoding=json" not in path:
            self.fake.violations.append(f"the gateway was asked for {path}")
        if self.hello == "op7 first":
            await self._send(me, {"op": 7, "d": None, "s": None, "t": None})
        if self.hello != "missing":
            await self._send(me, {"op": 10, "d": {"heartbeat_interval": INTERVAL_MS}, "s": None, "t": None})
        try:
            async for text in connection:
                me = await self._hear(me, json.loads(text))
        except websockets.ConnectionClosed:
            pass
        self.closed.append(connection.close_code)
        if self.current and self.current[0] is connection:
            self.current = None

    async def _hear(self, me, message):
        connection, _, compressor = me
        op, data = message["op"], message.get("d")
        if op == 1:
            self.heartbeats += 1
            if self.answers_heartbeats:
                await self._send(me, {"op": 11})
        elif op == 2:
            if data.get("token") not in (self.fake.token, f"Bot {self.fake.token}"):
                await connection.close(4004)
                return me
            self.identified.append(data)
            self.identifies_left -= 1
            session = f"session-{len(self.sessions) + 1}"
            self.sessions[session] = []
            me = self.current = (connection, session, compressor)
            await self._event(me, "READY", {
                "v": 10, "session_id": session, "resume_gateway_url": self.url + "/resume", "guilds": [],
                "user": {"id": "9", "username": "bot", "discriminator": "0", "bot": True},
                "application": {"id": self.fake.application["id"], "flags": 0}})
            waiting, self.waiting = self.waiting, []
            for kind, what in waiting:
                await self._dispatch(kind, what)
        elif op == 6:
            self.resumed.append((data, connection.path))
            if not self.answers_resume:
                return me
            events = self.sessions.get(data.get("session_id"))
            if events is None or not data.get("seq") or data["seq"] > len(events):
                await self._send(me, {"op": 9, "d": False, "s": None, "t": None})
                return me
            me = self.current = (connection, data["session_id"], compressor)
            for event in events[data["seq"] - (1 if self.repeats else 0):]:
                await self._send(me, event)
            await self._event(me, "RESUMED", {})
        else:
            self.fake.violations.append(f"the gateway was sent op {op}")
        return me

    async def _event(self, me, kind, data):
        events = self.sessions[me[1]]
        events.append({"op": 0, "s": len(events) + 1, "t": kind, "d": data})
        await self._send(me, events[-1])
