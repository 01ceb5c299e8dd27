"""Every answer of the API against schema/openapi.yaml: all operations, good and bad, over HTTP. api_server has the API over
a house in memory. Also: the document's own examples are taken by the server, and what its schemas refuse, the server
refuses as well.
"""
import http.client
import json
import pathlib
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/tools/hetzner-sim"))
import openapi  # noqa: E402

TOKEN = "the-token-of-the-test"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKO5kQeB8hYRm6jFJDtVnRkHxF2iLVkNqBgYsF4fRk1x me"
OFFERING = {"provider": "acme", "infra_backend": "hetzner",
            "infra_config": {"server_type": "cx23", "location": "nbg1", "image": "ubuntu-24.04"}}

# method, target, body, more headers. In this order: the house keeps what it is given.
REQUESTS = [
    ("GET", "/v1/providers/acme", None, {}),
    ("PUT", "/v1/providers/acme", {"hetzner_token": "Z" * 64, "email": "ops@example.org", "telegram_chat": "-100123",
                                   "discord_webhook": "https://discord.com/api/webhooks/1/" + "x" * 68}, {}),
    ("PUT", "/v1/providers/acme", {"hetzner_token": "Z" * 64}, {}),
    ("PUT", "/v1/providers/acme", {"hetzner_token": ""}, {}),
    ("PUT", "/v1/providers/-acme", {"hetzner_token": "Z"}, {}),
    ("GET", "/v1/providers/acme", None, {}),
    ("POST", "/v1/providers/acme/check", None, {}),
    ("POST", "/v1/providers/nobody/check", None, {"Idempotency-Key": "k"}),
    ("GET", "/v1/offerings", None, {}),
    ("PUT", "/v1/offerings/small", OFFERING, {}),
    ("PUT", "/v1/offerings/big", {**OFFERING, "recipe_script": "true\n"}, {}),
    ("PUT", "/v1/offerings/small", {"provider": 1}, {}),
    ("GET", "/v1/offerings", None, {}),
    ("GET", "/v1/offerings/big", None, {}),
    ("GET", "/v1/offerings/none", None, {}),
    ("GET", "/v1/contracts", None, {}),
    ("POST", "/v1/contracts", {"id": "order-1", "offering": "small", "ssh_pubkey": KEY}, {"Idempotency-Key": "order-1"}),
    ("POST", "/v1/contracts", {"offering": "small", "ssh_pubkey": KEY, "expires_at": "2030-01-31T12:00:00Z"}, {}),
    ("POST", "/v1/contracts", {"offering": "small"}, {}),
    ("POST", "/v1/contracts", {"offering": "small"}, {"Idempotency-Key": ""}),
    ("POST", "/v1/contracts", "not json", {}),
    ("POST", "/v1/contracts", "text", {"Content-Type": "text/plain"}),
    ("GET", "/v1/contracts", None, {}),
    ("GET", "/v1/contracts/order-1", None, {}),
    ("GET", "/v1/contracts/order-1/story", None, {}),
    ("GET", "/v1/contracts/order-1/story?version=1", None, {}),
    ("GET", "/v1/contracts/order-1/story?version=x", None, {}),
    ("GET", "/v1/contracts/none/story", None, {}),
    ("GET", "/v1/contracts/none", None, {}),
    ("GET", "/v1/contracts/%20", None, {}),
    ("POST", "/v1/contracts/order-1/cancel", {}, {}),
    ("POST", "/v1/contracts/none/cancel", None, {}),
    ("POST", "/v1/contracts/none/expire", None, {}),
    ("POST", "/v1/contracts/none/payment-failed", None, {}),
    ("POST", "/v1/contracts/none/retry-termination", None, {}),
    ("POST", "/v1/contracts/none/retry-termination", {"a": 1}, {}),
    ("GET", "/v1/vms", None, {}),
    ("POST", "/v1/vms", {"name": "web", "ssh_pubkey": KEY, "count": 2, "labels": {"a": "b"}}, {}),
    ("POST", "/v1/vms", {"name": "Web", "ssh_pubkey": "x", "count": 0, "colour": "red"}, {}),
    ("GET", "/v1/vms", None, {}),
    ("GET", "/v1/vms/web1", None, {}),
    ("GET", "/v1/vms?live=true", None, {}),
    ("GET", "/v1/vms?live=perhaps", None, {}),
    ("GET", "/v1/vms/web1/story", None, {}),
    ("GET", "/v1/machines/vm", None, {}),
    ("GET", "/v1/machines/contract", None, {}),
    ("GET", "/v1/machines/none", None, {}),
    ("GET", "/v1/overview", None, {}),
    ("GET", "/v1/vms/none", None, {}),
    ("DELETE", "/v1/vms/web1", None, {}),
    ("DELETE", "/v1/vms/none", None, {}),
    ("POST", "/v1/vms", {"name": "net", "ssh_key": 1, "network": 4711, "firewalls": [38, 39]}, {}),
    ("POST", "/v1/vms?plan=true", {"name": "net", "ssh_pubkey": KEY, "network": None, "firewalls": []}, {}),
    ("POST", "/v1/vms", {"name": "net", "ssh_pubkey": KEY, "network": "4711", "firewalls": [0]}, {}),
    ("POST", "/v1/vms", {"name": "net", "ssh_pubkey": KEY, "ssh_key": 1}, {}),
    ("GET", "/v1/vms/net", None, {}),
    ("GET", "/v1/defaults", None, {}),
    ("PUT", "/v1/defaults", {"network": 4711, "ssh_key": 1, "firewall": None}, {}),
    ("PUT", "/v1/defaults", {"ssh_key": None}, {}),
    ("GET", "/v1/defaults", None, {}),
    ("GET", "/v1/catalog", None, {}),
    ("GET", "/v1/catalog?fresh=true", None, {}),
    ("GET", "/v1/catalog?fresh=perhaps", None, {}),
    ("GET", "/v1/catalog?provider=acme", None, {}),
    ("GET", "/v1/catalog?provider=nobody", None, {}),
    ("GET", "/v1/catalog?colour=red", None, {}),
    ("GET", "/v1/audit", None, {}),
    ("POST", "/v1/audit", None, {}),
    ("GET", "/v1/audit", None, {}),
    ("GET", "/v1/events", None, {}),
    ("GET", "/v1/events?after=1&limit=1", None, {}),
    ("GET", "/v1/events?after=x", None, {}),
    ("GET", "/v1/events?before=3&actor=api", None, {}),
    ("GET", "/v1/events?before=0", None, {}),
    ("GET", "/v1/events?type=activated", None, {}),
    ("GET", "/v1/verification", None, {}),
    ("GET", "/v1/verification?limit=1", None, {}),
    ("GET", "/v1/verification?limit=501", None, {}),
    ("GET", "/v1/verification?after=-", None, {}),
    ("GET", "/healthz", None, {}),
    ("GET", "/readyz", None, {}),
    ("GET", "/metrics", None, {}),
    ("GET", "/openapi.json", None, {}),
    ("PATCH", "/v1/vms", None, {}),
    ("GET", "/v1/nowhere", None, {}),
]


class Description(openapi.Document):
    """Our own document, which the server itself has sent."""

    def __init__(self, root):
        self.load(root)

    def follow(self, part):
        return self.resolver.resolve(part["$ref"])[1] if "$ref" in part else part

    def check(self, method, target, status, kind, text):
        path = urllib.parse.urlsplit(target).path
        operation = self.operation(method, path)
        if operation is None:
            if status not in (404, 405):
                return ["is not in the document"]
            schema = self.root["components"]["schemas"]["Problem"]
            return self.problems(schema, json.loads(text), f"{status}")
        response = operation["responses"].get(str(status)) or (operation["responses"]["default"] if status >= 400 else None)
        if response is None:
            return [f"status {status} is not in the document"]
        content = self.follow(response)["content"].get(kind.split(";")[0])
        if content is None:
            return [f"{status}: the document has no {kind}"]
        if kind == "application/x-ndjson":
            return [p for line in text.splitlines() for p in self.problems(content["schema"], json.loads(line), "line")]
        return self.problems(content["schema"], json.loads(text), f"{status}") if "json" in kind else []

    def inputs(self):
        """(method, path, schema, example) of all operations that take a body."""
        for path, item in self.root["paths"].items():
            for method in ("put", "post"):
                body = item.get(method, {}).get("requestBody")
                if body:
                    media = body["content"]["application/json"]
                    for example in media["examples"].values():
                        yield method.upper(), path.replace("{id}", "example"), media["schema"], example["value"]


def ask(connection, method, target, body, headers, token=TOKEN):
    headers = dict(headers)
    if token:
        headers["Authorization"] = "Bearer " + token
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
        body = body if isinstance(body, str) else json.dumps(body)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read().decode()


def worse(value):
    """Values like this one that something is wrong with, one thing each."""
    yield "a string"
    yield {**value, "surprise": 1}
    for field in value:
        yield {k: v for k, v in value.items() if k != field}
        for wrong in (None, 7, "", [], {"a": 1}, "\x01"):
            yield {**value, field: wrong}


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, name, problems):
        self.count += 1
        self.failed += bool(problems)
        print("not ok" if problems else "ok", self.count, "-", name)
        for problem in problems:
            print("#", problem)


def run(connection, report):
    status, _, text = ask(connection, "GET", "/openapi.json", None, {})
    document = Description(json.loads(text))
    openapi.jsonschema.Draft202012Validator.check_schema({"$defs": document.root["components"]["schemas"]})
    seen = set()
    for method, target, body, headers in REQUESTS:
        status, kind, text = ask(connection, method, target, body, headers)
        report(f"{method} {target} {status}", document.check(method, target, status, kind, text))
        operation = document.operation(method, urllib.parse.urlsplit(target).path)
        if operation:
            seen.add((operation["operationId"], status // 100))
    for method, target, _, _ in REQUESTS:
        if target in ("/healthz", "/readyz") or document.operation(method, urllib.parse.urlsplit(target).path) is None:
            continue
        status, kind, text = ask(connection, method, target, None, {}, token=None)
        problems = document.check(method, target, status, kind, text)
        if status != 401:
            problems.append(f"answered {status} without a token")
        if problems:
            report(f"{method} {target} without a token", problems)
    never = [o["operationId"] for item in document.root["paths"].values() for name, o in item.items()
             if name in ("get", "put", "post", "delete") and (o["operationId"], 2) not in seen]
    # In the house these have no contract that they could end; the others of their kind have.
    never = set(never) - {"expireContract", "failContractPayment", "retryContractTermination"}
    report("every operation was seen to succeed", sorted(never))

    for method, target, schema, example in document.inputs():
        problems = document.problems(schema, example, "example")
        status, _, text = ask(connection, method, target, example, {})
        if status // 100 != 2:
            problems.append(f"the server answers its own example with {status}: {text}")
        for wrong in worse(example):
            if document.problems(schema, wrong, ""):
                status, kind, text = ask(connection, method, target, wrong, {})
                problems += document.check(method, target, status, kind, text)
                if status // 100 != 4:
                    problems.append(f"{json.dumps(wrong)} is wrong by its schema, and is answered with {status}")
        report(f"the example of {method} {target}, and what is worse", problems)


def main():
    if openapi.jsonschema is None:
        print("1..0 # SKIP python3-jsonschema is not installed")
        return 0
    server = subprocess.Popen([sys.argv[1], TOKEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        address = urllib.parse.urlsplit(server.stdout.readline().split()[1])
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        report = Report()
        run(connection, report)
        connection.close()
        print(f"1..{report.count}")
        return 0
    finally:
        server.stdin.close()
        server.wait(timeout=20)


if __name__ == "__main__":
    sys.exit(main())
