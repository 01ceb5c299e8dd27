"""What a fake Discord's gateway (fake_gateway.py) knows of one client: its session with every event, and its connection."""
import asyncio
import json
import socket
import struct
import zlib

import websockets

LARGE = 70000   # bytes of an event that needs more than one TLS record, and a long frame
PIECE = 7       # bytes of a TLS record, where they are split


class Session:
    def __init__(self, name):
        self.name, self.events = name, []
        self.left = None    # when its client went

    def add(self, kind, data):
        self.events.append({"op": 0, "s": len(self.events) + 1, "t": kind, "d": data})
        return self.events[-1]


class Pieces:
    """A transport that brings what is written a few bytes at a time, each of them in a TLS record of its own."""

    def __init__(self, transport):
        self._transport = transport

    def write(self, data):
        for at in range(0, len(data), PIECE):
            self._transport.write(data[at:at + PIECE])

    def __getattr__(self, name):
        return getattr(self._transport, name)


class Client:
    """A connection and how frames get onto it."""

    def __init__(self, connection, talk, compressed):
        self.connection, self.talk, self.session = connection, talk, None
        self.compressor = zlib.compressobj() if compressed else None
        self.fragmented = self.large = False
        self.turn = asyncio.Lock()   # frames in the order in which they were made, whole

    async def send(self, op, data=None, number=None, kind=None):
        await self.event({"op": op, "d": data, "s": number, "t": kind})

    async def event(self, message):
        if self.large and message["op"] == 0:
            message = {**message, "d": {**message["d"], "padding": "x" * LARGE}}
        text = json.dumps(message)
        async with self.turn:
            if message["s"]:
                self.talk.last = max(message["s"], self.talk.last or 0)
            if self.compressor:
                text = self.compressor.compress(text.encode()) + self.compressor.flush(zlib.Z_SYNC_FLUSH)
            third = len(text) // 3 + 1
            try:
                await self.connection.send([text[at:at + third] for at in range(0, len(text), third)]
                                           if self.fragmented else text)
            except websockets.ConnectionClosed:
                pass

    def split(self):
        self.connection.transport = Pieces(self.connection.transport)

    def reset(self):
        """Not a goodbye of TCP's but an RST."""
        transport = self.connection.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def half_frame(self):
        """Begins one that never ends."""
        self.connection.transport.write(b"\x81\x7e\x10\x00" + b'{"op":0,"s":')
