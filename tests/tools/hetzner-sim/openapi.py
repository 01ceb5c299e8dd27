"""Holds requests and answers against Hetzner's official OpenAPI document (and answers of slipway's own against its own).

The document is not part of this project (it states no licence). SLIPWAY_HETZNER_OPENAPI names a copy:
https://docs.hetzner.cloud/cloud.spec.json

As a program:  openapi.py RECORD  checks a file that `hetzner-sim --record RECORD` wrote.
"""
import json
import os
import re
import sys
from urllib.parse import parse_qsl, urlsplit

try:
    import jsonschema
except ImportError:
    jsonschema = None

DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


class Unavailable(Exception):
    pass


class Document:
    def __init__(self):
        path = os.environ.get("SLIPWAY_HETZNER_OPENAPI")
        if not path:
            raise Unavailable("SLIPWAY_HETZNER_OPENAPI is not set to a copy of Hetzner's OpenAPI document")
        if jsonschema is None:
            raise Unavailable("the Python module jsonschema is not installed")
        with open(path, encoding="utf-8") as f:
            self.load(json.load(f))

    def load(self, root):
        self.root = root
        self.resolver = jsonschema.RefResolver.from_schema(self.root)
        self.formats = jsonschema.FormatChecker(())
        self.formats.checks("date-time")(lambda v: not isinstance(v, str) or bool(DATE_TIME.match(v)))
        self.paths = [(re.compile("^" + re.sub(r"\{[^/]+\}", "[^/]+", path) + "$"), path) for path in self.root["paths"]]
        # A fixed path before one with a parameter: /servers/actions is not /servers/{id}.
        self.paths.sort(key=lambda p: p[1].count("{"))

    def operation(self, method, path):
        for pattern, template in self.paths:
            if pattern.match(path) and method.lower() in self.root["paths"][template]:
                return self.root["paths"][template][method.lower()]
        return None

    def problems(self, schema, value, what):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver, format_checker=self.formats)
        return [f"{what}: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator.iter_errors(value)]

    def check_request(self, method, target, body):
        """What is wrong with a request, as a list of sentences."""
        parts = urlsplit(target)
        path = parts.path[3:] if parts.path.startswith("/v1/") else parts.path
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not in the document"]
        found = []
        known = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "query"}
        query = parse_qsl(parts.query, keep_blank_values=True)
        for name, value in query:
            if name not in known:
                # hcloud-go sends these two with GET /actions as well, where the document has only id.
                if (path, name) not in [("/actions", "page"), ("/actions", "sort"), ("/actions", "status"),
                                        ("/actions", "per_page")]:
                    found.append(f"{method} {path}: there is no query parameter '{name}'")
                continue
            schema = known[name].get("schema", {})
            allowed = schema.get("enum") or schema.get("items", {}).get("enum")
            if allowed and value not in allowed:
                found.append(f"{method} {path}: {name}={value} is not one of {allowed}")
        for name, parameter in known.items():
            if parameter.get("required") and name not in dict(query):
                found.append(f"{method} {path}: {name}= is missing")
        wanted = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body and wanted:
            found += self.problems(wanted, json.loads(body), f"{method} {path} request")
        elif body and not wanted:
            found.append(f"{method} {path} takes no body")
        elif wanted and not body and operation["requestBody"].get("required"):
            found.append(f"{method} {path} needs a body")
        return found

    def check_answer(self, method, target, status, text):
        path = urlsplit(target).path[3:]
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not in the document"]
        responses = operation["responses"]
        response = responses.get(str(status)) or (responses.get(f"{status // 100}xx") if status >= 400 else None)
        if response is None:
            return [f"{method} {path}: status {status} is not in the document"]
        content = response.get("content", {}).get("application/json")
        if content is None:
            return [f"{method} {path} {status}: no body expected"] if text else []
        return self.problems(content["schema"], json.loads(text), f"{method} {path} {status} answer")


def check_record(document, path):
    """All that is wrong in a file written by hetzner-sim --record, and how many requests were looked at."""
    found, seen = [], 0
    with open(path, encoding="utf-8") as f:
        for line in f:
            entry = json.loads(line)
            seen += 1
            if entry["status"] < 400:  # what the simulator refused need not be right
                found += document.check_request(entry["method"], entry["target"], entry["body"])
            if entry["status"]:
                found += document.check_answer(entry["method"], entry["target"], entry["status"], entry["answer"])
    return found, seen


if __name__ == "__main__":
    try:
        problems, count = check_record(Document(), sys.argv[1])
    except Unavailable as reason:
        print(reason)
        sys.exit(77)
    print("\n".join(sorted(set(problems))) or f"{count} requests and answers agree with the document")
    sys.exit(1 if problems else 0)
