"""What goes wrong with a request to a fake Discord (fake_discord.py): fake.fault("edit_500", 2) for the next two of its kind.

Kinds of requests: callback, original (edits of the first answer), edit (of any message), follow_up, send (to a channel),
notify (by a channel's webhook), dm, commands, gateway, application.
What happens to them:  500 502 504 (nothing is carried out), 404 (10015), 50027 (the token is over, 401), 429 (of the user's;
    also global_429, shared_429 and banned_429, a page of the proxy's, for whatever may be limited), reset (the connection
    ends before), lost (it is carried out and the connection ends), slow (it is carried out, and the answer takes
    `slowness` seconds), late (it is carried out only after that). A 429 is for `limited_for` seconds.
"""
import threading

MESSAGES = ("Internal Server Error", "Bad Gateway", "Gateway Timeout")
UNLIMITED = {"callback", "gateway", "application"}


class Refused(Exception):
    """An answer that is none of success."""

    def __init__(self, status, code, message, headers=None, body=None):
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = body if body is not None else {"code": code, "message": message}


class RestFaults:
    def __init__(self):
        self.left = {}
        self.slowness = self.limited_for = 1.0
        self.lock = threading.Lock()
        self.over = threading.Event()    # the fake has ended: nobody waits any more

    def set(self, name, times=1):
        with self.lock:
            self.left[name] = times

    def takes(self, name):
        with self.lock:
            left = self.left.get(name, 0)
            if left:
                self.left[name] = left - 1
            return left > 0

    def take_long(self):
        self.over.wait(self.slowness)

    def any(self, kinds, what):
        return any(self.takes(f"{kind}_{what}") for kind in kinds)

    def before(self, kinds, limits, where, who):
        """Raises instead of carrying it out."""
        for status, message in zip((500, 502, 504), MESSAGES):
            if self.any(kinds, status):
                raise Refused(status, 0, f"{status}: {message}")
        if self.any(kinds, 404):
            raise Refused(404, 10015, "Unknown Webhook")
        if self.any(kinds, 50027):
            raise Refused(401, 50027, "Invalid Webhook Token")
        if self.any(kinds, 429):
            raise limits.refusal("user", where, who, self.limited_for)
        if UNLIMITED.isdisjoint(kinds):
            for scope in ("global", "shared"):
                if self.takes(scope + "_429"):
                    raise limits.refusal(scope, where, who, self.limited_for)
            if self.takes("banned_429"):
                raise limits.banned()
