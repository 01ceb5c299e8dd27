"""One interaction of a fake Discord, and what the bot makes of it: what FakeDiscord.command(), type() and press() return.

    asked.acknowledged()       waits for the first answer: {"type", "data"}; asked.latency
    asked.until(condition)     waits for its message to be so; asked.states(): everything it has been, with the times
    asked.edits, asked.follow_ups
"""
import json

from harness import eventually


class Asked:
    def __init__(self, fake, kind, number, user, channel, message=None):
        self.fake, self.id, self.token, self.user, self.channel = fake, str(number), f"tok-{number}-secret", user, channel
        self.kind = kind          # 2 a command, 3 a button, 4 what is typed
        self.message = message    # of its own, or the one that the button is on
        self.answer = None        # {"type", "data"}
        self.sent = self.answered = None
        self.follow_ups, self.edits = [], []   # messages; (time, body)

    @property
    def latency(self):
        return self.answered - self.sent

    def states(self):
        """(time, message) for every change of the message that people see."""
        return self.fake.history[self.message["id"]]

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
