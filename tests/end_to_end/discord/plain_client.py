"""The least client of a fake Discord, for the fake's own tests: it sends what it is told, good or bad.

    client = PlainClient(fake)
    status, body, headers = client.rest("GET", "/gateway/bot")
    seen = client.gateway(work)     # work: async (Line) -> anything; see Line
"""
import asyncio
import http.client
import json
import ssl
import urllib.parse

import websockets
from websockets.legacy.client import connect

WAIT = 10


class Line:
    """One connection to the gateway, after its HELLO."""

    def __init__(self, connection, token):
        self.connection, self.token = connection, token

    async def say(self, op, data=None):
        await self.connection.send(json.dumps({"op": op, "d": data}))

    async def hear(self):
        return json.loads(await asyncio.wait_for(self.connection.recv(), WAIT))

    async def identify(self, **more):
        await self.say(2, {"token": self.token, "intents": 0, "properties": {"os": "", "browser": "", "device": ""}, **more})

    async def ready(self):
        """Identified; the session's name."""
        await self.identify()
        frame = await self.hear()
        if frame["t"] != "READY":
            raise AssertionError(f"no READY: {frame}")
        return frame["d"]["session_id"]

    async def close_code(self):
        """When the fake has had enough."""
        try:
            while True:
                await self.hear()
        except websockets.ConnectionClosed:
            return self.connection.close_code


class PlainClient:
    def __init__(self, fake, authority=None):
        self.fake = fake
        self.tls = ssl.create_default_context(cafile=authority.file) if authority else None
        self.agent, self.content = "DiscordBot (https://example.org, 1)", "application/json"

    def rest(self, method, path, body=None, token=None, text=None):
        base = urllib.parse.urlsplit(self.fake.base)
        made = (http.client.HTTPSConnection(base.netloc, timeout=WAIT, context=self.tls) if self.tls else
                http.client.HTTPConnection(base.netloc, timeout=WAIT))
        sent = text if text is not None else None if body is None else json.dumps(body)
        headers = {"User-Agent": self.agent, "Authorization": "Bot " + (token or self.fake.token)}
        if sent is not None:
            headers["Content-Type"] = self.content
        try:
            made.request(method, base.path + path, sent, headers)
            answer = made.getresponse()
            raw = answer.read()
        finally:
            made.close()
        is_json = (answer.headers.get("Content-Type") or "").startswith("application/json")
        return answer.status, json.loads(raw) if is_json else raw.decode(), answer.headers

    def gateway(self, work, path="/?v=10&encoding=json", hello=True):
        async def talk():
            async with connect(self.fake.gateway.url + path, ssl=self.tls, max_size=1 << 20, close_timeout=1) as connection:
                line = Line(connection, self.fake.token)
                if hello:
                    frame = await line.hear()
                    if frame["op"] != 10:
                        raise AssertionError(f"no HELLO: {frame}")
                return await work(line)
        return asyncio.run(talk())
