"""What a client may send to a fake Discord's gateway (fake_gateway.py), and with which code it is closed when it sends
something else; what no good client does is written down too. docs.discord.com: events/gateway,
topics/opcodes-and-status-codes."""
import json
import time
import urllib.parse

LARGEST = 4096
SENT_A_MINUTE = 120
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
KNOWN_INTENTS = (1 << 26) - 1


class Bad(Exception):
    """To be closed with this code."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code, self.why = code, why


def version(path):
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
    if asked.get("v") != ["10"]:
        raise Bad(4012, f"the gateway was asked for {path}: not version 10")
    if asked.get("encoding") != ["json"]:
        raise Bad(4002, f"the gateway was asked for {path}: not JSON")
    if asked.get("compress") not in (None, ["zlib-stream"]):
        raise Bad(4002, f"the gateway was asked for {path}: a compression that this fake does not have")
    return asked


class Talk:
    """One connection's side of the rules."""

    def __init__(self, interval_ms):
        self.interval = interval_ms / 1000
        self.times = []
        self.started = False         # by IDENTIFY or RESUME
        self.last = None             # the number of the last event sent here
        self.heard = time.monotonic()   # a heartbeat, or the beginning

    def read(self, text):
        """The frame, or Bad."""
        now = time.monotonic()
        if len(text if isinstance(text, bytes) else text.encode()) > LARGEST:
            raise Bad(4002, "a payload of more than 4096 bytes")
        self.times = [at for at in self.times if now - at < 60] + [now]
        if len(self.times) > SENT_A_MINUTE:
            raise Bad(4008, "more than 120 payloads within a minute")
        try:
            frame = json.loads(text)
            op = frame["op"]
        except (ValueError, TypeError, KeyError):
            raise Bad(4002, "a payload that is no frame") from None
        if op not in (1, 2, 3, 4, 6, 8):
            raise Bad(4001, f"the gateway was sent op {op}")
        if op in (2, 6) and self.started:
            raise Bad(4005, "authenticated twice on one connection")
        if op in (3, 4, 8) and not self.started:
            raise Bad(4003, f"op {op} before IDENTIFY")
        return op, frame.get("d")

    def heartbeat(self, number):
        """What is wrong with it, or nothing."""
        self.heard = time.monotonic()
        if number is not None and not isinstance(number, int):
            return f"a heartbeat with {number!r}"
        if number is not None and self.last is not None and number > self.last:
            return f"a heartbeat for event {number}, and {self.last} was the last"
        return None

    def overdue(self, patience):
        return time.monotonic() - self.heard > self.interval + patience


def identify(data, token):
    """Bad, where an IDENTIFY is not as it should be."""
    if not isinstance(data, dict) or data.get("token") not in (token, f"Bot {token}"):
        raise Bad(4004, None)
    intents = data.get("intents")
    if not isinstance(intents, int) or intents < 0 or intents & ~KNOWN_INTENTS:
        raise Bad(4013, f"intents {intents}")
    if intents & PRIVILEGED:
        raise Bad(4014, f"intents {intents}, which nobody has allowed")
    shard = data.get("shard", [0, 1])
    if not (isinstance(shard, list) and len(shard) == 2 and 0 <= shard[0] < shard[1]):
        raise Bad(4010, f"shard {shard}")
    if not {"os", "browser", "device"} <= set(data.get("properties", {})):
        return "an IDENTIFY without its properties"
    if not 50 <= data.get("large_threshold", 50) <= 250:
        return "an IDENTIFY with a large_threshold that is none"
    return None
