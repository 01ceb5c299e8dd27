#!/usr/bin/env python3
"""Every mutation of the list still fits the sources, so that the list does not rot between the times when it is run.

list_test.py ROOT
"""
import pathlib
import sys

import catalogue
import detectors

ENTRY = """== made_up
It would cost somebody money.
-- a.cpp
 first
-second
+other
"""


def problem_of(action):
    try:
        action()
    except catalogue.out_of_date as problem:
        return str(problem)
    return ""


def main(root):
    root = pathlib.Path(root).resolve()
    count = 0

    def case(name, problem):
        nonlocal count
        count += 1
        print(f"{'not ok' if problem else 'ok'} {count} - {name}")
        for line in problem.splitlines():
            print(f"# {line}")

    def applied(text):
        return catalogue.parse(ENTRY, "made up")[0].apply(lambda file: text)

    def must(condition, what):
        return "" if condition else what

    case("an entry changes the place that it names",
         must(applied("zero\nfirst\nsecond\n")["a.cpp"] == "zero\nfirst\nother\n", "another text came of it"))
    case("a place that is not there, or there twice, is out of date", must(
        problem_of(lambda: applied("first\nthird\n")) and problem_of(lambda: applied("first\nsecond\nfirst\nsecond\n")) and
        problem_of(lambda: applied("not first\nsecond\n")), "it was taken"))
    case("an entry without a reason, a place or a change is refused", must(
        all(problem_of(lambda t=t: catalogue.parse(t, "made up")) for t in (
            ENTRY.replace("It would cost somebody money.\n", ""), ENTRY.split("--", maxsplit=1)[0],
            ENTRY.replace("+other", "+second"), ENTRY.replace("made_up", "Made up"), "stray\n" + ENTRY)), "it was taken"))

    mutations = []

    def read():
        mutations.extend(catalogue.read_all())

    case("the list can be read", problem_of(read))
    case("there are at least twelve", must(len(mutations) >= 12, f"there are {len(mutations)}"))

    def text_of(file):
        return (root / file).read_text(encoding="utf-8")

    for m in mutations:
        unknown = [d for d in m.detectors if d not in detectors.ALL]
        problem = f"there is no detector {unknown[0]}" if unknown else problem_of(lambda m=m: m.apply(text_of))
        case(f"{m.name} fits the sources", problem or must(m.detectors or detectors.of(m), "nothing looks at these sources"))
    print(f"1..{count}")


if __name__ == "__main__":
    main(*sys.argv[1:])
