#!/usr/bin/env python3
"""No coroutine of the project has an expression of the kind that GCC 12 miscompiles (co_await.query).

co_await_test.py ROOT BUILD CLANG-QUERY
Takes seconds a file, most of them for what all files include: so most are passed over for what their text says
(co_await_sieve.py), some are looked at together, and what was found clean is remembered until it, or a header of ours that
it includes, changes.
"""
import itertools
import os
import pathlib
import re
import sys
import tempfile

import co_await_sieve
import units

FOUND = re.compile(r'^(.*):(\d+):\d+: note: "root" binds here$', re.MULTILINE)
BROKEN = re.compile(r"^.*: (?:fatal )?error: .*$", re.MULTILINE)
AT_ONCE = 6
ADVICE = "name it first, then await: GCC 12 destroys such a temporary twice"


def main(root, build, clang_query):
    here = pathlib.Path(__file__).resolve().parent
    query = here / "co_await.query"
    project = units.Units(root, build)
    memory = units.Memory(project.build / "repository-memory" / "co_await")
    identity = units.run([clang_query, "--version"])[1] + query.read_text()
    tap = units.Tap()

    def lint(path, flags):
        """(lines flagged, what kept the file from being read)"""
        command = [clang_query, str(path), "-f", str(query), "--", "-x", "c++", *flags, "-w"]
        status, output = units.run(command)
        broken = BROKEN.findall(output)
        if status != 0 and not broken:
            broken = output.splitlines()[-5:] or [f"{clang_query} ended with {status}"]
        return sorted({(file, int(line)) for file, line in FOUND.findall(output)}), broken

    def problems_of(path, flags):
        lines, broken = lint(path, flags)
        return [f"{os.path.relpath(file, project.root)}:{line}: {ADVICE}" for file, line in lines] + broken

    def check(group):
        flags = project.flags_for(group[0])
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as unit:
            unit.writelines(f'#include "{project.root / source}"\n' for source in group)
            unit.flush()
            problems = problems_of(unit.name, flags)
        if problems and len(group) > 1:  # of which it is, and whether they only do not get along
            return [p for source in group for p in check([source])]
        if not problems:
            for source in group:
                memory.note(key_of(source))
        return problems

    def key_of(source):
        return project.key(project.root / source, project.flags_for(source), identity)

    def in_groups(sources):
        """Of one room, hence with the same flags and with names that do not clash (rules_units.py)."""
        unknown = sorted((pathlib.Path(s).parent.as_posix(), s) for s in sources if not memory.knows(key_of(s)))
        for _, room in itertools.groupby(unknown, lambda pair: (pair[0], project.flags_for(pair[1]))):
            room = [source for _, source in room]
            yield from (room[i:i + AT_ONCE] for i in range(0, len(room), AT_ONCE))

    samples = here / "co_await_samples.cpp"
    expected = {n for n, line in enumerate(samples.read_text().splitlines(), 1) if line.endswith("// flagged")}
    lines, broken = lint(samples, ["-std=c++20"])
    flagged = {line for _, line in lines}
    tap.case("the lint flags the samples that it must, and no other",
             [f"line {n} was not flagged" for n in sorted(expected - flagged)] +
             [f"line {n} was flagged" for n in sorted(flagged - expected)] + broken)

    tap.case("no sample that the lint must flag is passed over, and not all others are looked at", passed_over(
        samples.read_text(), expected))

    coroutines = [f for f in (*project.sources, *project.headers)
                  if re.search(r"\bco_(await|return|yield)\b", project.text(project.root / f))]
    looked_at = [f for f in coroutines if co_await_sieve.doubtful(project.text(project.root / f))]
    results = units.in_parallel(check, list(in_groups(looked_at)))
    tap.case("no coroutine awaits a temporary that GCC 12 would destroy twice",
             [p for _, problems in results for p in problems])
    print(f"# {len(coroutines)} files with coroutines, {len(looked_at)} of them not clear by their text")
    return tap.end()


DOUBTFUL = ("f([s] { a; b; }, co_await g());", "f([&](int a) { g(); }, co_await h());", "T t{co_await f()};",
            "CHECK(co_await f());", "co_await decltype(a){b}.run();", "return [s] { return co_await f(); }();")
CLEAR = ("x[3] = co_await g(a[1]);", "auto [a, b] = co_await g();", "const auto& [a] = co_await f();",
         "if (co_await g()) { x(); } else { co_await h(); }", "for (auto& x : co_await f()) {\n    co_await y();\n}",
         "awaitable<void> f() {\n    auto a = x || y;\n    co_await std::move(a); // {}?\n}")


def passed_over(samples, expected):
    """What is wrong with the sieve."""
    kept = co_await_sieve.doubtful(samples)
    problems = [f"line {n} of the samples is passed over" for n in sorted(expected)
                if not any(first <= n <= last for first, last in kept)]
    problems += [f"passed over: {text}" for text in DOUBTFUL if not co_await_sieve.doubtful(text)]
    return problems + [f"looked at: {text}" for text in CLEAR if co_await_sieve.doubtful(text)]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
