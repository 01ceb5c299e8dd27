"""A channel's own webhook in a fake Discord (FakeDiscord.webhook()): an address with a secret, and what was told to it."""


class Webhook:
    def __init__(self, fake, number, channel):
        self.id, self.channel, self.token = number, channel, f"hook-{number}-secret"
        self.url = f"{fake.base}/webhooks/{self.id}/{self.token}"
        self.messages = []
