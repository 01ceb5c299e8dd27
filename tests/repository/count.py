#!/usr/bin/env python3
"""Counts what meson's testlog.json says: test cases where a test speaks TAP, else tests.

Prints "PASSED FAILED SKIPPED". A test that died, timed out or stopped short of its plan counts as one failure more,
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


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as log:
        print(*count([json.loads(line) for line in log if line.strip()]))
