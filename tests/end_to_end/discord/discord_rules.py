"""What Discord takes of a bot and the official OpenAPI document (official.py) does not know, for fake_discord.py
(docs.discord.com: interactions, application commands, messages, components). Whatever breaks a rule is written down in
`violations`; the fake goes on."""
import json
import re

from official import Official

COMMAND_NAME = re.compile(r"[-_a-z0-9]{1,32}")
V2 = 1 << 15
EPHEMERAL = 64
LARGEST_CUSTOM_ID = 100


def sizes(value):
    """All texts that people read in an embed."""
    if isinstance(value, str):
        return len(value.strip())
    if isinstance(value, list):
        return sum(map(sizes, value))
    if isinstance(value, dict):
        return sum(sizes(part) for name, part in value.items() if name not in ("type", "url", "color", "inline", "timestamp"))
    return 0


class Rules:
    def __init__(self):
        self.violations = []
        self.official = Official(self.broken)

    def broken(self, what, body=None):
        self.violations.append(what + ("" if body is None else ": " + json.dumps(body, ensure_ascii=False)[:400]))

    def must(self, good, what, body=None):
        if not good:
            self.broken(what, body)

    def check_request(self, method, path, headers, raw):
        self.must(re.match(r"DiscordBot \(\S+,? \S+\)", headers.get("User-Agent", "")), f"{method} without a bot's User-Agent")
        if raw:
            self.must(headers.get("Content-Type") == "application/json",
                      f"{method} {path.split('/')[3]} with another type than JSON")

    def check_commands(self, body):
        self.must(sum(one.get("type", 1) == 1 for one in body) <= 100, "more than 100 commands")
        self.must(len({one["name"] for one in body}) == len(body), "two commands of one name")
        for one in body:
            self.must(COMMAND_NAME.fullmatch(one["name"]), "a command's name", one["name"])
            options = one.get("options", [])
            names = [option["name"] for option in options]
            self.must(len(set(names)) == len(names), "two options of one name", names)
            required = [option.get("required", False) for option in options]
            self.must(required == sorted(required, reverse=True), "a required option behind one that is not", one["name"])
            self.must(sizes([one["name"], one["description"], options]) <= 8000, "a command of more than 8000 characters")
            for option in options:
                self.must(COMMAND_NAME.fullmatch(option["name"]), "an option's name", option)
                self.must(not (option.get("choices") and option.get("autocomplete")), "choices with autocomplete", option)
                self.must(all(len(str(choice["value"])) <= 100 for choice in option.get("choices", [])), "a choice", option)

    def check_callback(self, body):
        kind, data = body.get("type"), body.get("data") or {}
        if kind == 5:
            self.must(set(data) <= {"flags"} and data.get("flags", 0) in (0, EPHEMERAL), "a deferral with more than its flag",
                      body)
        elif kind in (4, 7):
            self.check_message(data)
        elif kind == 8:
            choices = data.get("choices", [])
            self.must(len(choices) <= 25, "more than 25 choices")
            for one in choices:
                self.must(1 <= len(one["name"]) <= 100 and len(str(one["value"])) <= 100, "a choice that is too long", one)
        elif kind == 9:
            self.must(len(data.get("title", "")) <= 45 and 1 <= len(data.get("components", [])) <= 5, "a modal", body)
        else:
            self.must(kind == 6, "a callback of a type that nobody knows", body)

    def check_message(self, body):
        self.must(body.get("allowed_mentions") == {"parse": []}, "a message that may mention somebody", body)
        if body.get("flags", 0) & V2:
            self.must(not body.get("content") and not body.get("embeds"), "a V2 message with content or embeds", body)
            return
        self.must(len(body.get("content") or "") <= 2000, "a content of more than 2000 characters")
        embeds = body.get("embeds") or []
        self.must(len(embeds) <= 10 and sizes(embeds) <= 6000, f"embeds of {sizes(embeds)} characters in {len(embeds)}")
        for embed in embeds:
            for field in embed.get("fields", []):
                self.must(field["name"].strip() and field["value"].strip(), "an empty field of an embed", field)
        self._check_rows(body.get("components") or [])

    def _check_rows(self, rows):
        self.must(len(rows) <= 5, "more than five rows")
        parts = [part for row in rows for part in row["components"]]
        self.must(all(1 <= len(row["components"]) <= 5 for row in rows), "a row without buttons, or with more than five", rows)
        links = [one for one in parts if one.get("style") == 5]
        ids = [one.get("custom_id") for one in parts if one not in links]
        self.must(all(isinstance(one, str) and 1 <= len(one) <= LARGEST_CUSTOM_ID for one in ids), "a button without an id", ids)
        self.must(len(set(ids)) == len(ids), "two buttons of one id", ids)
        self.must(all(one.get("url") and "custom_id" not in one for one in links), "a link that leads nowhere", links)
        self.must(all(one.get("label") or one.get("emoji") for one in parts), "a button that says nothing", parts)
