"""What must be so whenever programs were stopped, killed, or starved of their disk, and have come to rest again: one
function, whatever was done to them."""
import collections
import json
import os
import subprocess

from harness import PATIENCE


class Lost(AssertionError):
    pass


def log_of(house):
    """slipway-log on the database of a Home or a Daemon."""
    return house.slipway_log if hasattr(house, "slipway_log") else house.log


def heads_of(house):
    return [json.loads(line) for line in log_of(house)("list", "--json").stdout.splitlines()]


def nothing_is_lost(sim, house, keys=None, runs=("run",)):
    """Raises where something is lost or doubled; the streams by name.

    `keys`: the user's private keys by the stream's name, where each active VM shall say in /root/runs that its recipe
    ran: these lines.
    """
    ask = log_of(house)
    text = ask("events").stdout
    events = collections.defaultdict(list)
    for event in house.events():
        events[event["stream"]].append(event)
    heads = {head["stream"]: head for head in heads_of(house)}

    def holds(true, what):
        if not true:
            raise Lost(f"{what}\n{text}")

    def facts(stream, event_type, member):
        return [e["data"][member] for e in events[stream] if e["type"] == event_type]

    for verb in ("verify", "check"):
        done = ask(verb)
        holds(done.returncode == 0, f"slipway-log {verb}: {done.stdout}{done.stderr}")
    holds(set(heads) == set(events), "streams without head, or heads without stream")

    ours = [s for s in sim.servers() if s["labels"].get("managed-by") == "slipway"]
    live = collections.Counter(s["labels"]["slipway-stream"] for s in ours)
    for stream, count in live.items():
        holds(count == 1, f"{count} servers of the stream {stream}")
    for server in ours:
        stream = server["labels"]["slipway-stream"]
        known = facts(stream, "server_created", "server_id") + facts(stream, "adopted", "server_id")
        holds(server["id"] in known, f"server {server['id']} is not in the log")
        holds(heads[stream]["state"] != "terminated", f"{stream} is terminated, and its server {server['id']} is there")
    def keys_of(stream):
        return facts(stream, "key_created", "key_id") + [key for key in facts(stream, "adopted", "key_id") if key]

    known_keys = {key for stream in events for key in keys_of(stream)}
    for key in sim.keys():
        if key["labels"].get("managed-by") == "slipway":
            holds(key["id"] in known_keys, f"key {key['id']} is not in the log")
            holders = [h for h in heads.values() if key["id"] in keys_of(h["stream"])]
            holds(any(h["state"] != "terminated" for h in holders), f"key {key['id']} is there and all its VMs are gone")

    for stream, head in heads.items():
        asked = facts(stream, "recipe_run", "ran")
        holds(len(asked) <= 1, f"{stream}: {len(asked)} results of its recipe")
        if head["state"] == "active":
            holds(live[stream] == 1, f"{stream} is active without a server")
            holds(keys_of(stream)[-1] in {k["id"] for k in sim.keys()}, f"{stream}: its key is gone")
            if keys:
                said = run_on(house, events[stream], keys[head["name"]], "cat /root/runs")
                holds(said.stdout.split() == list(runs), f"{stream}: its recipe ran: {said.stdout!r} {said.stderr}")
    return {head["name"]: head for head in heads.values()}


def run_on(house, events, key, command):
    """The user's own way in, with the host keys that the log has and no others."""
    active = next(e["data"] for e in events if e["type"] == "activated")
    known = os.path.join(house.directory, "known_hosts-" + events[0]["stream"])
    with open(known, "w", encoding="utf-8") as file:
        file.writelines(f"[{active['address']}]:2222 {line}\n" for line in active["host_keys"])
    user = house.environment().get("SLIPWAY_SSH_USER", "root")
    return subprocess.run(
        ["ssh", "-i", key, "-p", "2222", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
         "-o", "UserKnownHostsFile=" + known, "-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
         "-F", "/dev/null", f"{user}@{active['address']}", command],
        capture_output=True, text=True, timeout=30 * PATIENCE)
