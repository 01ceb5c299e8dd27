"""The fake Discord's gateway by itself: what a client may not send closes the connection with Discord's own code, sessions
are taken up again with what was missed, each fault does what it says, and TLS is with the test's own authority."""
import asyncio
import json
import pathlib
import socket
import ssl
import sys
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))
import websockets  # noqa: E402

from fake_discord import ANN, FakeDiscord  # noqa: E402
from authority import Authority  # noqa: E402
from harness import run  # noqa: E402
from plain_client import PlainClient  # noqa: E402

IDENTITY = {"intents": 0, "properties": {"os": "", "browser": "", "device": ""}}
RESUME = "/resume?v=10&encoding=json"


class Gateway(unittest.TestCase):
    def setUp(self):
        self.fake = FakeDiscord()
        self.addCleanup(self.fake.close)
        self.client = PlainClient(self.fake)
        self.gateway = self.fake.gateway
        self.gateway.identify_pace = 0

    def says(self, what):
        said, self.fake.violations[:] = list(self.fake.violations), []
        self.assertTrue(any(what in one for one in said), f"{what!r} is not in {said}")

    async def act(self, work):
        """On a thread of its own: the test's side waits for the gateway's."""
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def test_refusals(self):
        """Frames that are none, too large, too many, too early, twice: each closes with its code"""
        token = self.fake.token
        cases = (
            (4001, ["op 9"], [(9, None)]),
            (4002, ["4096 bytes"], [(1, "x" * 4096)]),
            (4003, ["op 3 before"], [(3, {})]),
            (4004, [], [(2, {**IDENTITY, "token": "another"})]),
            (4004, [], [(6, {"token": "another", "session_id": "session-1", "seq": 1})]),
            (4005, ["twice"], [(2, {**IDENTITY, "token": token})] * 2),
            (4007, ["a RESUME from 99"], [(6, {"token": token, "session_id": "session-1", "seq": 99})]),
            (4008, ["120 payloads"], [(1, None)] * 121),
            (4010, ["shard"], [(2, {**IDENTITY, "token": token, "shard": [1, 1]})]),
            (4013, ["intents"], [(2, {**IDENTITY, "token": token, "intents": "all"})]),
            (4014, ["nobody has allowed"], [(2, {**IDENTITY, "token": token, "intents": 1 << 15})]),
        )

        async def leave(line):
            await line.ready()
            await line.connection.close(4200)  # with 1000 its session would be over
        self.client.gateway(leave)
        for code, said, frames in cases:
            with self.subTest(code=code, frames=frames[:1]):
                async def work(line, frames=frames):
                    for op, data in frames:
                        await line.say(op, data)
                    return await line.close_code()
                self.assertEqual(self.client.gateway(work, RESUME), code)
                for what in said:
                    self.says(what)

        async def nonsense(line):
            await line.connection.send("{")
            return await line.close_code()
        self.assertEqual(self.client.gateway(nonsense), 4002)
        for path, code in (("/?v=9&encoding=json", 4012), ("/?v=10&encoding=etf", 4002),
                           ("/?v=10&encoding=json&compress=zstd-stream", 4002)):
            self.assertEqual(self.client.gateway(lambda line: line.close_code(), path, hello=False), code)
            self.says("the gateway was asked for " + path)
        self.client.gateway(lambda line: line.ready(), RESUME)
        self.says("an IDENTIFY at /resume")

    def test_careless(self):
        """What Discord takes although no good client sends it is written down"""
        async def beats(line):
            await line.say(1, "1")
            return (await line.hear())["op"]
        self.assertEqual(self.client.gateway(beats), 11)
        self.says("a heartbeat with '1'")

        async def identified(line, more):
            await line.identify(**more)
            return (await line.hear())["t"]
        for more, said in (({"properties": {"os": "linux"}}, "without its properties"),
                           ({"large_threshold": 10}, "a large_threshold that is none")):
            self.assertEqual(self.client.gateway(lambda line, more=more: identified(line, more)), "READY")
            self.says(said)

        async def resumes(line):
            await line.say(6, {"token": self.fake.token, "session_id": "another", "seq": 1})
            return (await line.hear())["op"]
        self.assertEqual(self.client.gateway(resumes), 9)
        self.says("which is not what READY has named")

    def test_pace(self):
        """A second IDENTIFY within five seconds is refused, as is one beyond the day's; without heartbeats it is over"""
        self.gateway.identify_pace = 5

        async def twice(line):
            await line.identify()
            return await line.hear()
        self.assertEqual(self.client.gateway(twice)["t"], "READY")
        self.assertEqual(self.client.gateway(twice)["op"], 9)
        self.says("two IDENTIFYs within")
        self.gateway.identifies_left, self.gateway.identify_pace = 0, 0

        async def too_many(line):
            await line.identify()
            return await line.close_code()
        self.assertEqual(self.client.gateway(too_many), 4004)
        self.says("more IDENTIFYs than a day has")
        self.gateway.identifies_left = 1000
        self.gateway.heartbeat_patience = -1.4
        self.assertEqual(self.client.gateway(lambda line: line.close_code()), 4000)
        self.says("no heartbeat in time")

        async def ahead(line):
            await line.say(1, 5)
            self.assertEqual((await line.hear())["op"], 11)
        self.gateway.heartbeat_patience, self.gateway.identify_pace = 5, 0

        async def beyond(line):
            await line.ready()
            await ahead(line)
        self.client.gateway(beyond)
        self.says("a heartbeat for event 5, and 1 was the last")

    def test_sessions(self):
        """What was missed is brought in order and ended by RESUMED; 1000, age and op 9 end a session"""
        gateway, fake = self.gateway, self.fake

        async def leave(line, code=4200):
            name = await line.ready()
            await line.connection.close(code)
            return name

        async def resume(line, name=None, number=1):
            await line.say(6, {"token": fake.token, "session_id": name, "seq": number})
            seen = [await line.hear()]
            while seen[-1]["op"] == 0 and seen[-1]["t"] != "RESUMED":
                seen.append(await line.hear())
            await line.connection.close(4200)
            return [(one["t"] or one["op"], one["s"]) for one in seen]

        def again(name, number=1):
            return self.client.gateway(lambda line: resume(line, name, number), RESUME)

        name = self.client.gateway(leave)
        for _ in range(2):
            fake.command(ANN, "list")
        self.assertEqual(again(name), [("INTERACTION_CREATE", 2), ("INTERACTION_CREATE", 3), ("RESUMED", 4)])
        gateway.repeats = True
        self.assertEqual(again(name, 3), [("INTERACTION_CREATE", 3), ("RESUMED", 4), ("RESUMED", 5)][:2])
        gateway.repeats = False
        self.assertEqual(again("another"), [(9, None)])
        gateway.refuses_resume = True
        self.assertEqual(again(name, 4), [(9, None)])
        gateway.refuses_resume = False
        self.assertEqual(again(name, 4), [(9, None)])  # refused is forgotten
        self.assertEqual(again(self.client.gateway(lambda line: leave(line, 1000))), [(9, None)])
        old = self.client.gateway(leave)
        gateway.session_life = -1
        self.assertEqual(again(old), [(9, None)])
        self.assertEqual(self.fake.violations, [])

    def test_codes(self):
        """The test's side closes with each code, and tells clients what Discord tells them"""
        async def closed(line, code):
            await line.ready()
            await self.act(lambda: self.gateway.close_code(code))
            return await line.close_code()
        for code in (1000, 1001, *range(4000, 4015)):
            self.assertEqual(self.client.gateway(lambda line, code=code: closed(line, code)), code)

        async def told(line, op, data):
            await line.ready()
            await self.act(lambda: self.gateway.send(op, data))
            frame = await line.hear()
            return frame["op"], frame["d"]
        for frame in ((1, None), (7, None), (9, True), (9, False)):
            self.assertEqual(self.client.gateway(lambda line, frame=frame: told(line, *frame)), frame)
        self.assertEqual(self.fake.violations, [])

    def raw(self, fake, authority=None):
        """A connection to the gateway without anything that puts pieces together, after the handshake."""
        made = socket.create_connection(("127.0.0.1", fake.gateway.port), 10)
        if authority:
            made = ssl.create_default_context(cafile=authority.file).wrap_socket(made, server_hostname="localhost")
        self.addCleanup(made.close)
        made.sendall(b"GET /?v=10&encoding=json HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += made.recv(1)
        return made

    def test_reset(self):
        """A connection that breaks breaks with an RST, in the midst of a frame where that is asked for"""
        made = self.raw(self.fake)
        text = json.dumps({"op": 2, "d": {**IDENTITY, "token": self.fake.token}}).encode()
        made.sendall(b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text)  # masked with nothing
        self.gateway.until_ready()
        self.gateway.reset("mid-frame")
        with self.assertRaises(ConnectionResetError):
            while made.recv(65536):
                pass

    def test_faults(self):
        """HELLO late or missing, op 7 before and in its place, no answers, long and broken frames, silence"""
        gateway, fake = self.gateway, self.fake

        async def first(line):
            return (await line.hear())["op"]
        for hello, op in (("op7 first", 7), ("op7 instead", 7), ("late", 10)):
            gateway.hello, gateway.hello_delay = hello, 0.1
            self.assertEqual(self.client.gateway(first, hello=False), op, hello)

        async def nothing(line):
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(line.connection.recv(), 0.2)
        gateway.hello = "missing"
        self.client.gateway(nothing, hello=False)
        gateway.hello = ""

        async def unanswered(line):
            await line.say(1)
            await nothing(line)
        gateway.answers_heartbeats = False
        self.client.gateway(unanswered)
        gateway.answers_heartbeats = True

        async def long(line):
            await line.ready()
            await self.act(lambda: fake.command(ANN, "list"))
            return len(json.dumps(await line.hear()))
        gateway.fragmented = gateway.large = True
        self.assertGreater(self.client.gateway(long), 65536)
        gateway.fragmented = gateway.large = False

        async def silence(line):
            await line.ready()
            await self.act(lambda: fake.command(ANN, "list"))
            await line.say(1, 1)
            return (await line.hear())["op"]
        gateway.silent = True
        self.assertEqual(self.client.gateway(silence), 11)
        gateway.silent = False

        async def broken(line, where):
            await line.ready()
            await self.act(lambda: gateway.reset(where))
            with self.assertRaises(websockets.ConnectionClosed):
                await line.hear()
            return line.connection.close_code
        for where in ("", "mid-frame"):
            self.assertEqual(self.client.gateway(lambda line, where=where: broken(line, where)), 1006)

        async def told(line):
            await line.ready()
            await self.act(lambda: gateway.send(7))
            self.assertEqual((await line.hear())["op"], 7)
            return await line.close_code()
        gateway.op7_patience = 0.1
        self.assertEqual(self.client.gateway(told), 4000)
        self.assertEqual(fake.violations, [])

    def test_tls(self):
        """REST and gateway over TLS are trusted by whoever trusts the test's authority, and by nobody else"""
        authority = Authority()
        self.addCleanup(authority.close)
        fake = FakeDiscord(tls=authority)
        self.addCleanup(fake.close)
        fake.gateway.identify_pace = 0
        client = PlainClient(fake, authority)
        self.assertEqual(client.rest("GET", "/gateway/bot")[1]["url"], fake.gateway.url)
        self.assertEqual(client.gateway(lambda line: line.ready()), "session-1")
        fake.gateway.split = True
        made = self.raw(fake, authority)
        sizes = [len(made.recv(65536)) for _ in range(6)]  # a record at a time
        self.assertEqual(sizes, [7] * 6)
        self.assertEqual(client.gateway(lambda line: line.ready()), "session-2")
        another = Authority()
        self.addCleanup(another.close)
        with self.assertRaisesRegex(OSError, "verify"):
            PlainClient(fake, another).rest("GET", "/gateway/bot")


if __name__ == "__main__":
    run()
