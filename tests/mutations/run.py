#!/usr/bin/env python3
"""Puts one deliberate bug at a time into a copy of the checkout and sees that a test or the simulation notices it.

tests/mutations/run.py [--list] [NAME…]     all, or those named; tools/test --mutations is the same

Works in build-mutations/tree, never in the checkout itself. Prints TAP, a line for each bug with what noticed it; the
last line counts. A bug that nothing notices, an entry that no longer fits the sources and one that does not compile are
failures. Minutes: each bug is compiled, and what is dear is run only where what is cheap saw nothing.
"""
import fcntl
import os
import pathlib
import subprocess
import sys
import time

import catalogue
import detectors

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "repository"))
import units  # noqa: E402

PLACE = ROOT / "build-mutations"
TREE = PLACE / "tree"
BUILD = TREE / "build"  # where the compiler sees the same relative paths as in a build of the checkout: ccache finds them
SHORTEST_PATIENCE = 300  # seconds for a run; else ten times what it took without a bug


def copy_checkout():
    """What has not changed keeps its time, so that it is not compiled again."""
    wanted = set(units.files(ROOT))
    for file in wanted:
        put(file, (ROOT / file).read_bytes(), (ROOT / file).stat().st_mode)
    for file in [f for f in units.files(TREE) if f not in wanted]:
        (TREE / file).unlink()


def put(file, content, mode=None):
    path = TREE / file
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if mode is not None:
        path.chmod(mode & 0o777)


def compile_targets(targets):
    """What the compiler complains of; empty where it worked."""
    script = ('set -e; . "$root/tools/building.sh"; dir=$1; shift; '
              'configure "$dir" --buildtype=debug -Dcpp_args=-g1; compile "$dir" "$@"')
    environment = {**os.environ, "root": str(TREE)}
    done = subprocess.run(["bash", "-c", script, "building", str(BUILD), *targets], env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, errors="replace", check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def complaint(output):
    lines = output.splitlines()
    return [line for line in lines if " error: " in line or "FAILED:" in line][:6] or lines[-6:]


class runner:
    def __init__(self):
        self.count = 0
        self.patience = {}

    def line(self, good, text, notes=()):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {text}", *(f"# {n}" for n in notes), sep="\n", flush=True)

    def sound(self, names):
        """Without any bug everything passes; otherwise nothing that follows would mean anything."""
        broken = compile_targets([detectors.ALL[n].target for n in names])
        if broken:
            self.line(False, "the checkout as it is: does not compile", complaint(broken))
            return False
        times = []
        for name in names:
            began = time.monotonic()
            failed, what = detectors.run(detectors.ALL[name], BUILD, 3600)
            took = time.monotonic() - began
            if failed:
                self.line(False, f"the checkout as it is: {name} fails", [what])
                return False
            self.patience[name] = max(SHORTEST_PATIENCE, 10 * took)
            times.append(f"{name} {took:.1f} s")
        self.line(True, "the checkout as it is passes: " + ", ".join(times))
        return True

    def attempt(self, m, originals):
        """'caught', 'survived' or 'broken'"""
        began = time.monotonic()
        try:
            changed = m.apply(lambda file: (ROOT / file).read_text(encoding="utf-8"))
        except catalogue.out_of_date as problem:
            self.line(False, f"{m.name}: the list is out of date", str(problem).splitlines())
            return "broken"
        # The last bug goes and this one comes in one build.
        for file, content in originals.items():
            if file not in changed:
                put(file, content)
        originals.clear()
        for file, text in changed.items():
            originals[file] = (ROOT / file).read_bytes()
            put(file, text.encode())
        for name in detectors.of(m):
            output = compile_targets([detectors.ALL[name].target])
            if output:
                self.line(False, f"{m.name}: does not compile", complaint(output))
                return "broken"
            ready = time.monotonic()
            caught, what = detectors.run(detectors.ALL[name], BUILD, self.patience[name])
            if caught:
                now = time.monotonic()
                self.line(True, f"{m.name}: {name} caught it, {what} ({now - began:.0f} s, {now - ready:.1f} s to run)")
                return "caught"
        self.line(False, f"{m.name}: nothing noticed", [m.why, "tried: " + ", ".join(detectors.of(m))])
        return "survived"


def main(arguments):
    if any(a in ("-h", "--help") for a in arguments):
        print(__doc__)
        return 0
    try:
        mutations = catalogue.read_all()
    except catalogue.out_of_date as problem:
        print(f"slipway: the list of mutations cannot be read: {problem}", file=sys.stderr)
        return 2
    if "--list" in arguments:
        for m in mutations:
            print(f"{m.name}  [{', '.join(m.files())}]\n    {m.why}")
        return 0
    unknown = [a for a in arguments if a not in {m.name for m in mutations}]
    if unknown:
        print(f"slipway: there is no mutation {unknown[0]}; --list names them", file=sys.stderr)
        return 2
    if arguments:
        mutations = [m for m in mutations if m.name in arguments]

    PLACE.mkdir(exist_ok=True)
    with open(PLACE / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_checkout()
        run = runner()
        used = {name for m in mutations for name in detectors.of(m)}
        counts = {"caught": 0, "survived": 0, "broken": 0}
        if run.sound([name for name in detectors.ALL if name in used]):
            originals = {}
            for m in mutations:
                counts[run.attempt(m, originals)] += 1
            for file, content in originals.items():
                put(file, content)
        print(f"1..{run.count}")
    print(f"{counts['caught']} caught, {counts['survived']} survived, {counts['broken']} out of date or not compiling")
    return 0 if counts["caught"] == len(mutations) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
