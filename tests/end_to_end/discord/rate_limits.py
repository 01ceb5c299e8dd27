"""Discord's rate limits, for fake_discord.py: buckets with their headers, the global limit, and the three 429s; whoever asks
again before a 429 lets him is written down. fake.limits.windows["webhook"] = (2, 5.0) makes one narrower.

A callback has no bucket; what is told by an interaction's token is outside the global limit."""
import math
import threading
import time

from rest_faults import Refused

PROXY = {"Via": "1.1 google"}  # without it a 429 is the proxy's own, which clients tell apart


class RateLimits:
    def __init__(self, violations):
        self.violations = violations
        self.lock = threading.Lock()
        # requests and seconds, for one channel, one interaction, one application
        self.windows = {"webhook": (5, 2.0), "channel": (5, 5.0), "commands": (10, 10.0), "dm": (10, 10.0), "look": (100, 1.0)}
        self.whole = (50, 1.0)
        self.grace = 0.25    # seconds
        self.used = {}       # (bucket, major): [window's beginning, requests]
        self.waits = {}      # (bucket, major) or "global": (refused at, until, whose connection)
        self.refused = []    # (time, scope, bucket)
        self.invalid = []    # times of 401, 403, 429: ten thousand in ten minutes and the address is banned

    def take(self, bucket, major, who):
        """The headers of an answer to this connection; raises the 429."""
        if bucket is None:
            return {}
        where, now = (bucket, major), time.monotonic()
        with self.lock:
            self._patience(where, who, now)
            if bucket != "webhook":
                self._patience("global", who, now)
                began, used = self._count("global", self.whole, now)
                if used > self.whole[0]:
                    raise self._refuse("global", where, who, began + self.whole[1] - now)
            limit, seconds = self.windows[bucket]
            began, used = self._count(where, self.windows[bucket], now)
            left = began + seconds - now
            if used > limit:
                raise self._refuse("user", where, who, left)
        return self._headers(where, limit - used, left)

    def refusal(self, scope, where, who, seconds):
        with self.lock:
            return self._refuse(scope, where, who, seconds)

    def banned(self):
        self.refused.append((time.monotonic(), "proxy", None))
        return Refused(429, 0, "", {"Content-Type": "text/html", "Retry-After": "1"},
                       "<html><title>Access denied</title>error code: 1015</html>")

    def answered(self, status):
        if status in (401, 403, 429):
            self.invalid.append(time.monotonic())

    def _count(self, where, window, now):
        entry = self.used.get(where)
        if entry is None or now - entry[0] >= window[1]:
            entry = self.used[where] = [now, 0]
        entry[1] += 1
        return entry

    def _patience(self, where, who, now):
        at, until, whom = self.waits.get(where, (0, 0, None))
        # Another connection's request may have been on its way when the refusal went out; not one of the same connection.
        if at + (0 if who == whom else self.grace) < now < until - 0.01:
            self.violations.append(f"{where} was asked again {until - now:.2f} s too early after a 429")

    def _headers(self, where, remaining, left):
        bucket, (limit, _) = where[0], self.windows[where[0]]
        return {**PROXY, "X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(0, remaining)),
                "X-RateLimit-Reset": f"{time.time() + left:.3f}", "X-RateLimit-Reset-After": f"{left:.3f}",
                "X-RateLimit-Bucket": f"bucket-of-{bucket}"}

    def _refuse(self, scope, where, who, seconds):
        now = time.monotonic()
        self.waits["global" if scope == "global" else where] = (now, now + seconds, who)
        self.refused.append((now, scope, where[0]))
        headers = {**PROXY, "Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": scope}
        if scope == "global":
            headers["X-RateLimit-Global"] = "true"
        elif scope == "user":  # behind a shared one is a bucket that nobody sees
            headers.update(self._headers(where, 0, seconds))
        return Refused(429, 0, "", headers, {"message": "You are being rate limited.", "retry_after": round(seconds, 3),
                                             "global": scope == "global"})
