"""Every request of the client against Hetzner's own description, and every answer made from its examples read by the client.

The description is not part of this project: SLIPWAY_HETZNER_OPENAPI names a copy of docs.hetzner.cloud/cloud.spec.json.
Without it, or without python3-jsonschema, the test is skipped.
"""
import json
import os
import subprocess
import sys
import urllib.parse

SKIPPED = 77


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def example_of(schema):
    """A value of this schema, from its examples as far as it has any."""
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return example_of(schema[key][0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object" or "properties" in schema:
        return {name: example_of(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}))]
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "text", "integer": 42, "number": 1.5, "boolean": True}.get(kind)


def content(part):
    return part.get("content", {}).get("application/json", {}).get("schema")


def answers_of(spec):
    out = {}
    for path, operations in spec["paths"].items():
        for method in ("get", "post", "delete"):
            responses = operations.get(method, {}).get("responses", {})
            schema = content(responses.get("201", responses.get("200", {})))
            if schema:
                out[f"{method.upper()} {path}"] = example_of(schema)
    # The examples must come to an end: no next page, every action has succeeded, and the names are those asked for.
    for body in out.values():
        pages = body.get("meta", {}).get("pagination") if isinstance(body, dict) else None
        if pages:
            pages["next_page"] = None
    for action in out["GET /actions"]["actions"]:
        action["status"] = "success"
    out["action"] = out["GET /actions"]["actions"][0]["id"]
    return out


def find_path(spec, path):
    if path in spec["paths"]:
        return path
    parts = path.split("/")
    for known in spec["paths"]:
        pattern = known.split("/")
        if len(pattern) == len(parts) and all(a == b or a.startswith("{") for a, b in zip(pattern, parts)):
            return known
    return None


def problems_of(spec, validator, request):
    method = request["method"].lower()
    split = urllib.parse.urlsplit(request["target"])
    path = find_path(spec, split.path.removeprefix("/v1"))
    operation = spec["paths"].get(path, {}).get(method)
    if operation is None:
        return ["no such operation"]
    if operation.get("deprecated"):
        return ["deprecated"]
    problems = []
    parameters = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "query"}
    query = urllib.parse.parse_qs(split.query, keep_blank_values=True, strict_parsing=bool(split.query))
    for name, values in query.items():
        if name not in parameters:
            problems.append(f"no parameter {name}")
            continue
        schema = parameters[name]["schema"]
        whole = schema.get("type") == "array"
        if not whole and len(values) > 1:
            problems.append(f"{name} given more than once")
        kind = (schema.get("items", {}) if whole else schema).get("type")
        values = [int(v) if kind == "integer" else v for v in values]
        problems += [f"{name}: {e.message}" for e in validator(schema).iter_errors(values if whole else values[0])]
    problems += [f"parameter {name} is missing" for name, p in parameters.items() if p.get("required") and name not in query]
    schema = content(operation.get("requestBody", {}))
    if schema is None:
        return problems + (["a body where none belongs"] if request["body"] else [])
    body = json.loads(request["body"])
    problems += [f"{e.json_path}: {e.message}" for e in validator(schema).iter_errors(body)]
    problems += [f"no property {name}" for name in body if name not in schema["properties"]]
    return problems


def main():
    spec_file = os.environ.get("SLIPWAY_HETZNER_OPENAPI")
    if not spec_file:
        skip("SLIPWAY_HETZNER_OPENAPI names no copy of docs.hetzner.cloud/cloud.spec.json")
    try:
        from jsonschema import Draft202012Validator as validator
    except ImportError:
        skip("python3-jsonschema is not installed")
    with open(spec_file, encoding="utf-8") as file:
        spec = json.load(file)

    answers = answers_of(spec)
    made = subprocess.run([sys.argv[1]], input=json.dumps(answers), capture_output=True, text=True, timeout=60)
    if made.returncode != 0:
        print(made.stderr)
        return 1
    requests = [json.loads(line) for line in made.stdout.splitlines()]
    failed = 0
    for request in requests:
        problems = problems_of(spec, validator, request)
        if request["error"]:
            problems.append("the example answer was not understood: " + request["error"])
        print("not ok" if problems else "ok", request["method"], request["target"])
        for problem in problems:
            print("   ", problem)
        failed += bool(problems)
    seen = {(r["method"], find_path(spec, urllib.parse.urlsplit(r["target"]).path.removeprefix("/v1"))) for r in requests}
    expected = {("POST", "/servers"), ("POST", "/ssh_keys"), ("GET", "/servers"), ("GET", "/ssh_keys"), ("GET", "/actions"),
                ("DELETE", "/servers/{id}"), ("DELETE", "/ssh_keys/{id}"), ("GET", "/server_types"), ("GET", "/locations"),
                ("GET", "/images"), ("GET", "/pricing"), ("GET", "/networks"), ("GET", "/firewalls")}
    for missing in expected - seen:
        print("not ok", *missing, "was never made")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
