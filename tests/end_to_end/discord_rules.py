"""What Discord takes of a bot, for fake_discord.py: the official OpenAPI document where SLIPWAY_DISCORD_OPENAPI names it, and
what that does not know (docs.discord.com: interactions, application commands, messages). Whatever breaks a rule is written
down in `violations`; the fake goes on."""
import json
import os
import re

COMMAND_NAME = re.compile(r"[-_a-z0-9]{1,32}")
TEXTS = ("content", "embeds", "components")


def sizes(value):
    """All texts that people read in an embed."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(map(sizes, value))
    if isinstance(value, dict):
        return sum(sizes(part) for name, part in value.items() if name not in ("type", "url", "color", "inline"))
    return 0


class Rules:
    def __init__(self):
        self.violations = []
        self.document = None
        path = os.environ.get("SLIPWAY_DISCORD_OPENAPI")
        if path:
            import jsonschema
            with open(path, encoding="utf-8") as file:
                self.document = json.load(file)
            self.resolver = jsonschema.RefResolver.from_schema(self.document)
            self.validator = jsonschema.Draft202012Validator

    def broken(self, what, body=None):
        self.violations.append(what + ("" if body is None else ": " + json.dumps(body, ensure_ascii=False)[:400]))

    def must(self, good, what, body=None):
        if not good:
            self.broken(what, body)

    def official(self, name, body):
        if self.document is None:
            return
        schema = {"$ref": f"#/components/schemas/{name}"}
        for wrong in self.validator(schema, resolver=self.resolver).iter_errors(body):
            self.broken(f"{name}: {'/'.join(map(str, wrong.path))} {wrong.message[:200]}")
            return

    def check_request(self, method, path, headers, raw):
        self.must(headers.get("User-Agent", "").startswith("DiscordBot ("), f"{method} without a bot's User-Agent")
        if raw:
            self.must(headers.get("Content-Type") == "application/json", f"{method} {path.split('/')[1]} with another type than JSON")

    def check_commands(self, body):
        self.must(len(body) <= 100, "more than 100 commands")
        self.must(len({one["name"] for one in body}) == len(body), "two commands of one name")
        for one in body:
            self.official("ApplicationCommandUpdateRequest", one)
            self.must(COMMAND_NAME.fullmatch(one["name"]), "a command's name", one["name"])
            options = one.get("options", [])
            required = [option.get("required", False) for option in options]
            self.must(required == sorted(required, reverse=True), "a required option behind one that is not", one["name"])
            self.must(sizes([one["name"], one["description"], options]) <= 8000, "a command of more than 8000 characters")
            for option in options:
                self.must(COMMAND_NAME.fullmatch(option["name"]), "an option's name", option)
                self.must(not (option.get("choices") and option.get("autocomplete")), "choices with autocomplete", option)

    def check_callback(self, body):
        kind, data = body.get("type"), body.get("data") or {}
        if kind == 5:
            self.official("CreateMessageInteractionCallbackRequest", body)
            self.must(set(data) <= {"flags"} and data.get("flags", 0) in (0, 64), "a deferral with more than its flag", body)
        elif kind in (4, 7):
            self.official("CreateMessageInteractionCallbackRequest" if kind == 4 else "UpdateMessageInteractionCallbackRequest", body)
            self.check_message(data)
        elif kind == 8:
            self.official("ApplicationCommandAutocompleteCallbackRequest", body)
            choices = data.get("choices", [])
            self.must(len(choices) <= 25, "more than 25 choices")
            for one in choices:
                self.must(1 <= len(one["name"]) <= 100 and len(str(one["value"])) <= 100, "a choice that is too long", one)
        else:
            self.broken("a callback of a type that nobody knows", body)

    def check_message(self, body):
        self.official("IncomingWebhookUpdateRequestPartial", {name: body[name] for name in TEXTS if name in body})
        known = {*TEXTS, "allowed_mentions", "flags", "nonce", "enforce_nonce"}
        self.must(set(body) <= known, "a field that nobody knows", sorted(set(body) - known))
        self.must(body.get("allowed_mentions") == {"parse": []}, "a message that may mention somebody", body)
        self.must(len(body.get("content") or "") <= 2000, "a content of more than 2000 characters")
        embeds = body.get("embeds") or []
        self.must(len(embeds) <= 10 and sizes(embeds) <= 6000, f"embeds of {sizes(embeds)} characters in {len(embeds)}")
        for embed in embeds:
            for field in embed.get("fields", []):
                self.must(field["name"].strip() and field["value"].strip(), "an empty field of an embed", field)
        rows = body.get("components") or []
        self.must(len(rows) <= 5, "more than five rows")
        ids = [button.get("custom_id") for row in rows for button in row["components"]]
        self.must(all(ids) and len(set(ids)) == len(ids), "buttons without ids of their own", ids)
