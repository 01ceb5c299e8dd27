"""What Discord takes of a bot and the official OpenAPI document (official.py) does not know, for fake_discord.py
(docs.discord.com: interactions, application commands, messages, components; the last in component_rules.py). Whatever breaks
a rule is written down in `violations`. What Discord itself refuses is then refused with its own code; what it takes, although
a careful bot does not send it, is carried out."""
import json
import re

import component_rules
from official import Official
from people import EPHEMERAL
from rest_faults import Refused

V2 = 1 << 15
FLAGS = {"message": 4 | 4096 | V2, "answer": 4 | EPHEMERAL | 4096 | V2, "edit": 4 | V2}
# The answers that each kind of interaction may have: a command, a button, what is typed, a modal.
ANSWERS = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}
ALLOW_COMPLETION = {3, 4, 10}


def read_in(embeds):
    """How many characters people read in embeds."""
    texts = []
    for one in embeds:
        texts += [one.get("title"), one.get("description"), (one.get("footer") or {}).get("text"),
                  (one.get("author") or {}).get("name")]
        texts += [field.get(part) for field in one.get("fields") or [] for part in ("name", "value")]
    return sum(len(text.strip()) for text in texts if text)


def written_in(command):
    """How many characters a command, an option and a choice have in their names, descriptions and values."""
    inner = (command.get("options") or []) + (command.get("choices") or [])
    return sum(len(str(command.get(part, ""))) for part in ("name", "description", "value")) + sum(map(written_in, inner))


def says_nothing(message):
    return not ((message.get("content") or "").strip() or message.get("embeds") or message.get("components"))


class Found:
    """What is wrong with one body."""

    def __init__(self):
        self.refused, self.careless = [], []

    def must(self, good, what, part=None):
        """Or Discord refuses it."""
        self._note(self.refused, good, what, part)

    def ought(self, good, what, part=None):
        """Discord takes it all the same."""
        self._note(self.careless, good, what, part)

    @staticmethod
    def _note(where, good, what, part):
        if not good:
            where.append(what + ("" if part is None else ": " + json.dumps(part, ensure_ascii=False)[:400]))


class Rules:
    def __init__(self):
        self.violations = []
        self.official = Official()

    def broken(self, what):
        self.violations.append(what)

    def check_request(self, method, path, headers, raw):
        found = Found()
        found.ought(re.match(r"DiscordBot \(\S+,? \S+\)", headers.get("User-Agent", "")),
                    f"{method} without a bot's User-Agent")
        if raw:
            found.ought(headers.get("Content-Type") == "application/json",
                        f"{method} {path.split('/')[3]} with another type than JSON")
        self._settle(found)

    def check_body(self, template, method, body):
        """Against the official document, where it is there."""
        found = Found()
        self.official.request(found, template, method, body)
        self._settle(found)

    def check_own(self, template, method, status, body):
        """An answer of the fake's, which is sent all the same."""
        found = Found()
        self.official.response(found, template, method, status, body)
        self.violations += found.refused + found.careless

    def check_commands(self, body, guild=False):
        self._check(commands, body, guild)

    def check_answer(self, interaction, body):
        self._check(answer, body, interaction)

    def check_message(self, body, kind="message"):
        """kind: "message" for a channel, "answer" to an interaction, or "edit"."""
        self._check(message, body, kind)

    def check_result(self, shown):
        """That a message is not emptied by what it becomes."""
        if says_nothing(shown):
            self.broken("a message that says nothing")
            raise Refused(400, 50006, "Cannot send an empty message")

    def _check(self, rules, body, *more):
        found = Found()
        try:
            rules(found, body, *more)
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            found.must(False, f"a body of another shape ({wrong!r})", body)
        self._settle(found)

    def _settle(self, found):
        self.violations += found.refused + found.careless
        if found.refused:
            raise Refused(400, 50035, "Invalid Form Body", body={
                "code": 50035, "message": "Invalid Form Body",
                "errors": {"_errors": [{"code": "REFUSED", "message": what} for what in found.refused]}})


def name(found, text, what):
    found.must(re.fullmatch(r"[-'\w]{1,32}", text) and text == text.lower(), f"{what}'s name", text)


def commands(found, body, guild):
    for kind, most in ((1, 100), (2, 15), (3, 15)):
        found.must(sum(one.get("type", 1) == kind for one in body) <= most, f"more than {most} commands of type {kind}")
    names = [(one["name"], one.get("type", 1)) for one in body]
    found.must(len(set(names)) == len(names), "two commands of one name")
    for one in body:
        if one.get("type", 1) == 1:
            name(found, one["name"], "a command")
        found.must(written_in(one) <= 8000, "a command of more than 8000 characters")
        found.ought(not (guild and {"contexts", "integration_types"} & one.keys()), "a guild's command with contexts")
        options(found, one.get("options") or [])


def options(found, listed):
    names = [one["name"] for one in listed]
    found.must(len(set(names)) == len(names), "two options of one name", names)
    required = [one.get("required") or False for one in listed]
    found.must(required == sorted(required, reverse=True), "a required option behind one that is not", names)
    for one in listed:
        name(found, one["name"], "an option")
        found.must(not (one.get("choices") and one.get("autocomplete")), "choices with autocomplete", one)
        found.must(not one.get("autocomplete") or one["type"] in ALLOW_COMPLETION, "autocomplete where nothing is typed", one)
        found.must(all(len(str(choice["value"])) <= 100 for choice in one.get("choices") or []), "a choice", one)
        options(found, one.get("options") or [])


def answer(found, body, interaction):
    kind, data = body["type"], body.get("data") or {}
    allowed = ANSWERS[interaction.kind] if interaction else set().union(*ANSWERS.values())
    if kind not in allowed or (kind in (6, 7) and interaction and interaction.message is None):
        found.must(False, f"an answer of type {kind}, which this interaction cannot have", body)
    elif kind == 5:
        found.must(not data.get("flags", 0) & ~EPHEMERAL, "a deferral with more than its flag", body)
        found.ought(set(data) <= {"flags"}, "a deferral with more than its flag", body)
    elif kind == 4:
        message(found, data, "answer")
    elif kind == 7:
        message(found, data, "edit")
    elif kind == 8:
        choices = data["choices"]
        found.must(len(choices) <= 25, "more than 25 choices")
        for one in choices:
            found.must(1 <= len(one["name"]) <= 100 and len(str(one["value"])) <= 100, "a choice that is too long", one)
    elif kind == 9:
        found.must(1 <= len(data["title"]) <= 45 and 1 <= len(data["components"]) <= 5 and 1 <= len(data["custom_id"]) <= 100,
                   "a modal", body)


def message(found, body, kind):
    flags, embeds = body.get("flags") or 0, body.get("embeds") or []
    found.ought(body.get("allowed_mentions") == {"parse": []}, "a message that may mention somebody", body)
    found.ought(not flags & ~FLAGS[kind], f"flags {flags} in {kind}, which has no such", body)
    found.must(len(body.get("content") or "") <= 2000, "a content of more than 2000 characters")
    found.must(len(embeds) <= 10 and read_in(embeds) <= 6000, f"embeds of {read_in(embeds)} characters in {len(embeds)}")
    for field in (field for embed in embeds for field in embed.get("fields") or []):
        found.must(field["name"].strip() and field["value"].strip(), "an empty field of an embed", field)
    if flags & V2:
        found.must(not body.get("content") and not embeds, "a V2 message with content or embeds", body)
        component_rules.v2(found, body.get("components") or [])
    else:
        component_rules.rows(found, body.get("components") or [])
