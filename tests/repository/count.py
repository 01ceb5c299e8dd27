#!/usr/bin/env python3
"""Counts what meson's testlog.json says: test cases where a test speaks TAP, else tests.

Prints "PASSED FAILED SKIPPED", and on stderr what the failed ones said. A test that died, timed out or stopped short of its plan counts as one failure more,
for its lines do not say so. What was skipped counts as neither.
"""
import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b(.*)$", re.MULTILINE)
DIRECTIVE = re.compile(r"#\s*(skip|todo)\b", re.IGNORECASE)


def count(records):
    passed = failed = skipped = 0
    for record in records:
        result = record["result"]
        if result == "SKIP":
            skipped += 1
            continue
        cases = LINE.findall(record.get("stdout") or "")
        good = bad = 0
        for refused, rest in cases:
            directive = DIRECTIVE.search(rest)
            if directive:
                skipped += 1
            elif refused:
                bad += 1
            else:
                good += 1
        if result in ("OK", "EXPECTEDFAIL"):
            if not cases:
                good = 1
        elif bad == 0:
            bad = 1
        passed += good
        failed += bad
    return passed, failed, skipped


def complaints(records):
    """What the failed tests said on stdout, which meson keeps to itself when it is TAP."""
    for record in records:
        if record["result"] in ("OK", "SKIP", "EXPECTEDFAIL"):
            continue
        yield f"{record['name']}: {record['result']}"
        lines = (record.get("stdout") or "").splitlines()
        told = False
        for line in lines:
            if LINE.match(line):
                told = line.startswith("not ok") and not DIRECTIVE.search(line)
            if told:
                yield f"  {line}"
        if not any(line.startswith("not ok") for line in lines):
            yield from (f"  {line}" for line in lines[-20:])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as log:
        all_records = [json.loads(line) for line in log if line.strip()]
    for complaint in complaints(all_records):
        print(complaint, file=sys.stderr)
    print(*count(all_records))
