"""The official OpenAPI document of Discord, where SLIPWAY_DISCORD_OPENAPI names it: every body that a bot sends is checked
against it, and every answer of the fake's own. `loaded` says whether it is there. What is found goes to a Found
(discord_rules.py).

What the document does not say and this adds: a field that no schema knows is careless; Discord does not look at it. What it
says and nobody does: permissions as a number (they are a text of digits). What it leaves out: a command's nsfw."""
import json
import os

CALLBACKS = {4: "CreateMessageInteractionCallbackRequest", 5: "CreateMessageInteractionCallbackRequest",
             6: "UpdateMessageInteractionCallbackRequest", 7: "UpdateMessageInteractionCallbackRequest",
             8: "ApplicationCommandAutocompleteCallbackRequest", 9: "ModalInteractionCallbackRequest"}
LEFT_OUT = {"nsfw"}   # docs.discord.com has it
FOLLOW_UP = "IncomingWebhookRequestPartial"


class Official:
    def __init__(self):
        self.document, self.validators = None, {}
        path = os.environ.get("SLIPWAY_DISCORD_OPENAPI")
        if path:
            import jsonschema
            with open(path, encoding="utf-8") as file:
                self.document = json.load(file)
            self.resolver = jsonschema.RefResolver.from_schema(self.document)
            self.validator = jsonschema.Draft202012Validator

    @property
    def loaded(self):
        return self.document is not None

    def request(self, found, template, method, body):
        if not self.loaded:
            return
        if template.endswith("/callback"):
            schema = self._named(CALLBACKS.get(body.get("type") if isinstance(body, dict) else None))
        elif template == "/webhooks/{webhook_id}/{webhook_token}":
            schema = self._named(FOLLOW_UP)
        else:
            schema = self._operation(template, method).get("requestBody", {}).get("content", {}).get("application/json", {}).get(
                "schema")
        if schema is None:
            found.must(False, f"{method} {template}: a body that the API does not know", body)
            return
        self._check(found, f"{method} {template}", schema, permissions_as_numbers(body))
        for field in self._unknown([schema], body, ""):
            found.ought(False, f"{method} {template}: the field {field}, which nobody knows")

    def response(self, found, template, method, status, body):
        """The fake's own answer: what is wrong here is the fake's fault, and no less to be seen."""
        if not self.loaded:
            return
        answers = self._operation(template, method)["responses"]
        if str(status) not in answers:
            found.ought(False, f"the fake answers {method} {template} with {status}")
            return
        content = answers[str(status)].get("content")
        if content:
            self._check(found, f"the fake's answer to {method} {template}", content["application/json"]["schema"], body)

    @staticmethod
    def _named(name):
        return name and {"$ref": "#/components/schemas/" + name}

    def _operation(self, template, method):
        return self.document["paths"][template][method.lower()]

    def _check(self, found, what, schema, body):
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = self.validator(schema, resolver=self.resolver)
        for wrong in self.validators[key].iter_errors(body):
            found.must(False, f"{what}: {'/'.join(map(str, wrong.absolute_path))} {deepest(wrong).message[:200]}")
            return

    def _alternatives(self, schema):
        if "$ref" in schema:
            return self._alternatives(self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
        found = [schema]
        for word in ("anyOf", "oneOf", "allOf"):
            for one in schema.get(word, []):
                found += self._alternatives(one)
        return found

    def _unknown(self, schemas, body, path):
        """The fields of a body that none of its schemas has."""
        flat = [one for schema in schemas for one in self._alternatives(schema)]
        if isinstance(body, list):
            items = [one["items"] for one in flat if isinstance(one.get("items"), dict)]
            return [field for place, one in enumerate(body) for field in self._unknown(items, one, f"{path}/{place}") if items]
        if not isinstance(body, dict):
            return []
        shapes = [one["properties"] for one in flat if "properties" in one and self._is_of(one["properties"], body)]
        if not shapes:
            return []
        found = []
        for name, value in body.items():
            if name in LEFT_OUT:
                continue
            inner = [shape[name] for shape in shapes if name in shape]
            found += self._unknown(inner, value, f"{path}/{name}") if inner else [f"{path}/{name}"]
        return found

    def _is_of(self, properties, body):
        """Whether the type that a body names is the one of this shape."""
        kinds = [one for schema in self._alternatives(properties.get("type", {})) for one in
                 schema.get("enum", [schema["const"]] if "const" in schema else [])]
        return not kinds or "type" not in body or body["type"] in kinds


def deepest(error):
    """Of alternatives of which none fits, what is wrong with the best: one of the body's own type, if there is."""
    inner = list(error.context or [])
    others = {one.schema_path[0] for one in inner if one.validator in ("enum", "const") and one.path and one.path[-1] == "type"}
    inner = [one for one in inner if one.schema_path[0] not in others] or inner
    inner.sort(key=lambda one: (one.validator == "type", -len(one.absolute_path)))
    return deepest(inner[0]) if inner else error


def permissions_as_numbers(body):
    if isinstance(body, list):
        return [permissions_as_numbers(one) for one in body]
    if isinstance(body, dict) and isinstance(body.get("default_member_permissions"), str):
        return {**body, "default_member_permissions": int(body["default_member_permissions"])}
    return body
