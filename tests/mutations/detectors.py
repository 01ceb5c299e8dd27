"""What is run to notice a deliberate bug: the tests of a room and the simulation, from cheap to dear, and how each says
what it saw.
"""
import dataclasses
import pathlib
import re
import subprocess
import sys
import time

SEEDS = 40         # of slipway-simulate, as in the suite
SEEDS_AT_ONCE = 4  # it says nothing before it has run all that it was asked for


@dataclasses.dataclass
class detector:
    name: str
    target: str
    runs: list  # of arguments; the first run that fails ends it
    through: tuple = ()  # the program that runs it


def catch(name, target, *which):
    """A Catch2 program; `which` chooses among its test cases. It stops at the first failure."""
    return detector(name, target, [["-r", "tapcase", "-a", *which]])


def simulation(name, engines):
    return detector(name, "tools/slipway-simulate/slipway-simulate", [
        ["--seed", str(first), "--seeds", str(SEEDS_AT_ONCE), "--streams", "20", "--hours", "2", "--instances", engines]
        for first in range(1, SEEDS + 1, SEEDS_AT_ONCE)])


ALL = {d.name: d for d in (
    catch("engine", "tests/engine/engine_test"),
    catch("every_fault", "tests/simulation/every_fault_test", "~[pairs]"),
    simulation("simulate", "1"),
    simulation("simulate_shared", "3"),
    catch("every_two_faults", "tests/simulation/every_fault_test", "[pairs]"),
    catch("service", "tests/engine/service/service_test"),
    catch("sqlite", "tests/adapters/sqlite/sqlite_test"),
    dataclasses.replace(catch("postgres", "tests/adapters/postgres/postgres_test"), through=(
        sys.executable, str(pathlib.Path(__file__).parent.parent / "support" / "postgres_server.py"))),
    catch("discord", "tests/adapters/discord/discord_test"),
    catch("hetzner", "tests/adapters/hetzner/hetzner_test"),
    catch("vault", "tests/adapters/vault/vault_test"),
    catch("base", "tests/engine/base/base_test"),
    catch("crowd", "tests/adapters/net/net_test", "connections are counted*,256 connections*,whether a request*,nobody who*"),
    catch("notify", "tests/adapters/notify/notify_test"),
    catch("cli", "tests/adapters/cli/cli_test"),
    catch("guard", "tests/adapters/api/api_test", "*token*"),
    catch("settings", "tests/adapters/composition/settings_test"),
    catch("ssh_ready", "tests/adapters/ssh/ssh_test", "*another key*"),
    catch("ssh_change", "tests/adapters/ssh/ssh_test", "*meets no shell*,*in the session that*,*greeting at the login*,an app's VM*"),
)}

# By the beginning of a source's path.
OF_ROOM = {
    "engine/": ("engine", "every_fault", "simulate", "simulate_shared", "every_two_faults"),
    "tests/simulation/": ("engine", "simulate_shared"),
    "adapters/sqlite/": ("sqlite",),
    "adapters/postgres/": ("postgres",),
    "adapters/api/": ("guard",),
    "adapters/cli/": ("cli",),
    "adapters/composition/": ("settings",),
    "adapters/discord/": ("discord",),
    "adapters/hetzner/": ("hetzner",),
    "adapters/net/": ("crowd",),
    "adapters/notify/": ("notify",),
    "adapters/ssh/": ("ssh_ready", "ssh_change"),
    "adapters/vault/": ("vault",),
}


def of(mutation):
    """The names of those that look at it, from cheap to dear."""
    if mutation.detectors:
        return list(mutation.detectors)
    names = []
    for file in mutation.files():
        for room, detecting in OF_ROOM.items():
            if file.startswith(room):
                names += [d for d in detecting if d not in names]
    return names


VIOLATION = re.compile(r"^(?:#\s*(?:info|message):)?\s*(?:.*: )?([a-z]+_?[a-z]+) at \d+ ms: (.*)$", re.MULTILINE)


def seen(output):
    """What the output of a failed run says, in one line."""
    said = []
    case = re.search(r"^not ok \d+ - (.*)$", output, re.MULTILINE)
    if case:
        said.append(f'"{case.group(1)}"')
        output = output[case.end():]
    violation = VIOLATION.search(output)
    if violation:
        said.append(f"{violation.group(1)}: {violation.group(2)}")
    elif case:
        detail = re.search(r"^# +(?:\S+:\d+: )(.*)$", output, re.MULTILINE)
        if detail:  # the expression; of an exception there is only its text
            known = "Unknown expression" not in detail.group(1)
            said.append(re.split("  with expansion:" if known else "  message: ", detail.group(1))[0 if known else -1])
    return ", ".join(said).replace("#", "-")[:200]


def run(one, build, longest):
    """(caught, what it saw). A run that does not come to its end in `longest` seconds, or dies, has noticed it too."""
    ends = time.monotonic() + longest
    for arguments in one.runs:
        left = max(1.0, ends - time.monotonic())
        try:
            done = subprocess.run([*one.through, str(build / one.target), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, errors="replace", timeout=left, cwd=build, check=False)
        except subprocess.TimeoutExpired:
            return True, f"no end within {longest:.0f} s"
        if done.returncode < 0:
            return True, seen(done.stdout) or f"died of signal {-done.returncode}"
        if done.returncode != 0:
            return True, seen(done.stdout) or (done.stdout + done.stderr).strip().splitlines()[-1][:200]
    return False, ""
