"""Who and what there is in a fake Discord: people, one guild with one channel, a DM for everybody, the bot; and how Discord
writes them into an interaction and into a message. Shapes from https://docs.discord.com/developers, checked against the
official OpenAPI document."""
import datetime
import itertools

EPHEMERAL, LOADING = 64, 128
APPLICATION = "990000000000000001"
BOT = "990000000000000002"
GUILD = "550000000000000001"
CHANNEL = "660000000000000001"
ROLE = "440000000000000001"
ALL_PERMISSIONS = "2147483647"
# Of components, by their type.
DEFAULTS = {**dict.fromkeys((3, 5, 6, 7, 8), {"min_values": 1, "max_values": 1}), 17: {"accent_color": None, "spoiler": False}}


class Person:
    def __init__(self, number, name, *roles):
        self.id, self.name, self.roles = str(100000000000000000 + number), name, list(roles)


OWNER, ANN, BEN, STRANGER = Person(1, "owner"), Person(2, "ann", ROLE), Person(3, "ben"), Person(4, "stranger")


def dm_of(user_id):
    """The channel between a person and the bot."""
    return "77" + user_id[2:]


def is_dm(channel):
    return channel.startswith("77")


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def user(number, name, bot=False):
    return {"id": number, "username": name, "global_name": None, "discriminator": "0", "avatar": None, "public_flags": 0,
            "flags": 0, "primary_guild": None, "bot": bot}


def bot_user():
    return user(BOT, "slipway-bot", bot=True)


def member(person):
    return {"user": user(person.id, person.name), "roles": person.roles, "permissions": ALL_PERMISSIONS, "nick": None,
            "avatar": None, "joined_at": "2024-01-01T00:00:00+00:00", "premium_since": None, "deaf": False, "mute": False,
            "pending": False, "communication_disabled_until": None, "flags": 0}


def application():
    return {"id": APPLICATION, "name": "slipway", "icon": None, "description": "", "type": None, "verify_key": "0" * 64,
            "flags": 0, "flags_new": "0", "redirect_uris": [], "interactions_endpoint_url": None,
            "role_connections_verification_url": None, "owner": user(OWNER.id, OWNER.name), "team": None,
            "approximate_guild_count": 1, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0, "eligible_oauth2_scopes": [], "bot_public": False, "bot_require_code_grant": False,
            "hook": True, "summary": ""}


def channel(number):
    if is_dm(number):
        return {"id": number, "type": 1, "flags": 0, "last_message_id": None}
    return {"id": number, "type": 0, "flags": 0, "guild_id": GUILD, "name": "vms", "position": 0, "nsfw": False,
            "permissions": ALL_PERMISSIONS, "last_message_id": None, "parent_id": None, "topic": None,
            "rate_limit_per_user": 0}


def message(number, channel_id, flags=0):
    """An empty one, of the bot's."""
    return {"id": number, "channel_id": channel_id, "type": 0, "content": "", "embeds": [], "components": [], "flags": flags,
            "mentions": [], "mention_roles": [], "attachments": [], "timestamp": now(), "edited_timestamp": None,
            "author": bot_user(), "pinned": False, "mention_everyone": False, "tts": False}


def numbered(components, numbers):
    """Each with a number of its own, and with what it has where nothing is said of it."""
    made = []
    for one in components:
        kept = {"id": next(numbers), **DEFAULTS.get(one["type"], {}), **one}
        if "components" in one:
            kept["components"] = numbered(one["components"], numbers)
        if "accessory" in one:
            kept["accessory"] = numbered([one["accessory"]], numbers)[0]
        made.append(kept)
    return made


def fill(shown, body):
    """What Discord keeps of a body: texts without blanks around, embeds with their type, components with numbers of theirs."""
    if "content" in body:
        shown["content"] = (body["content"] or "").strip()
    if "embeds" in body:
        shown["embeds"] = [{"type": "rich", **one} for one in body["embeds"] or []]
    if "components" in body:
        shown["components"] = numbered(body["components"] or [], itertools.count(1))
    if "flags" in body:
        shown["flags"] = (shown["flags"] & EPHEMERAL) | (body["flags"] & ~EPHEMERAL)  # who sees it is said once
    shown["flags"] &= ~LOADING


def interaction(one, data, guild, shown=None):
    """INTERACTION_CREATE's data: with a member in a guild, with a user in a DM."""
    where = one.channel
    made = {"type": one.kind, "id": one.id, "token": one.token, "application_id": APPLICATION, "version": 1, "data": data,
            "channel_id": where, "channel": channel(where), "locale": "en-US", "app_permissions": ALL_PERMISSIONS,
            "entitlements": [], "attachment_size_limit": 10485760, "context": 1 if guild is None else 0,
            "authorizing_integration_owners": {"0": guild or "0"}}
    if guild is None:
        made["user"] = user(one.user.id, one.user.name)
    else:
        made["channel"]["guild_id"] = guild
        made.update(guild_id=guild, guild_locale="en-US", member=member(one.user),
                    guild={"id": guild, "locale": "en-US", "features": []})
    if shown:
        made["message"] = shown
    return made
