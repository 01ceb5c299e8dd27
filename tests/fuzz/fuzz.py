#!/usr/bin/env python3
"""Lets libFuzzer look for inputs that break one target; a TAP line says how it went.

fuzz.py TARGET CORPUS WORDS

The corpus is only read. New inputs are kept in the build, in fuzz-corpus/, and used again the next time; an input that
breaks the target is kept in fuzz-found/ and named. SLIPWAY_FUZZ_SECS says for how long (60).
"""
import os
import pathlib
import re
import subprocess
import sys

LONGEST_INPUT = 8192
LONGEST_S = 20  # for one input
PROGRESS = re.compile(r"#\d+\s|# \"|INFO: |stat::|\s+NEW_FUNC")  # what libFuzzer says on its way


def main(target, corpus, words):
    seconds = int(os.environ.get("SLIPWAY_FUZZ_SECS", "60"))
    target = pathlib.Path(target).resolve()
    name = target.name.removeprefix("fuzz_")
    new = target.parent / "fuzz-corpus" / name
    found = target.parent / "fuzz-found"
    new.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    known = {path: path.stat().st_mtime_ns for path in found.glob(f"{name}-*")}

    environment = dict(os.environ)
    environment.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    run = subprocess.run(
        [target, new, corpus, f"-dict={words}", f"-max_total_time={seconds}", f"-timeout={LONGEST_S}",
         f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={found}/{name}-", "-print_final_stats=1"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)

    def stat(word):
        match = re.search(rf"^stat::{word}:\s*(\d+)", run.stderr, re.MULTILINE)
        return match.group(1) if match else "?"

    sys.stderr.write(run.stderr)
    broken = [path for path in found.glob(f"{name}-*") if known.get(path) != path.stat().st_mtime_ns]
    title = f"{name}: {stat('number_of_executed_units')} inputs, {stat('average_exec_per_sec')} a second"
    if run.returncode == 0 and not broken:
        print(f"ok 1 - {title}")
    else:
        print(f"not ok 1 - {title}")
        for line in [line for line in run.stderr.splitlines() if not PROGRESS.match(line)][-60:]:
            print(f"# {line}")
        for path in broken:
            print(f"# the input is kept in {path}; again: {target} {path}")
    print("1..1")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
