#!/usr/bin/env python3
"""The repository keeps its own rules (rules.py), and each rule notices the made-up files that break it.

rules_test.py ROOT
"""
import pathlib
import subprocess
import sys

import count
import rules
import rules_examples
import units


def main(root):
    root = pathlib.Path(root).resolve()
    texts = {}
    for path in units.files(root):
        try:
            texts[path] = (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue  # not text, or gone while we looked
    tap = units.Tap()

    for name, applies, rule in rules.PER_FILE:
        broken, sound = rules_examples.EXAMPLES[rule.__name__]
        tap.case(f"the rule can fail: {name}",
                 [f"passed: {path}: {text.strip()[:80]}" for path, text in broken
                  if not applies(path) or not rule(path, text)] +
                 [f"refused: {path}: {problem}" for path, text in sound for problem in rule(path, text)])
        tap.case(name, [f"{path}:{line}: {problem}" for path, text in texts.items() if applies(path)
                        for line, problem in rule(path, text)])

    for name, rule in rules.OVER_ALL:
        broken, sound = rules_examples.EXAMPLES[rule.__name__]
        tap.case(f"the rule can fail: {name}",
                 [f"passed: {list(files)}" for files in broken if not rule(files)] +
                 [f"refused: {problem}" for files in sound for problem in rule(files)])
        tap.case(name, [f"{path}:{line}: {problem}" for path, line, problem in rule(texts)])

    scripts = [p for p, t in texts.items() if t.startswith("#!") and "sh" in t.split("\n", 1)[0].rsplit("/", 1)[-1]]
    tap.case("every shell script parses", [e for p in scripts for e in [subprocess.run(
        ["bash", "-n", root / p], capture_output=True, text=True).stderr] if e])

    named = {"result": "OK", "stdout": "ok 1 - a\nok 2 - b # SKIP none\n1..2\n"}
    died = {"result": "ERROR", "stdout": "ok 1 - a\n"}
    refused = {"result": "FAIL", "stdout": "ok 1 - a\nnot ok 2 - b\n1..2\n"}
    plain = {"result": "OK", "stdout": ""}
    counted = count.count([named, died, refused, plain, {"result": "SKIP"}])
    tap.case("what is counted at the end is what passed, failed and was skipped",
             [] if counted == (4, 2, 2) else [f"{counted}"])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
