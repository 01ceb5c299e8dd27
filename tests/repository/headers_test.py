#!/usr/bin/env python3
"""Every header of the project compiles on its own: whoever includes it needs to include nothing before it.

headers_test.py ROOT BUILD COMPILER…
"""
import pathlib
import sys
import tempfile

import units


def main(root, build, *compiler):
    project = units.Units(root, build)
    memory = units.Memory(project.build / "repository-memory" / "headers")
    tap = units.Tap()
    version = units.run([*compiler, "--version"])[1]

    def compiles(header, flags):
        command = [*compiler, *flags, "-w", "-fsyntax-only", "-x", "c++", "-"]
        status, output = units.run(command, stdin=f'#include "{header}"\n')
        return [] if status == 0 else [f"{header} does not compile on its own:", *output.splitlines()[:12]]

    def check(header):
        path = project.root / header
        flags = project.flags_for(header)
        key = project.key(path, flags, version)
        if memory.knows(key):
            return []
        problems = compiles(path, flags)
        if not problems:
            memory.note(key)
        return problems

    with tempfile.TemporaryDirectory() as directory:
        leaning = pathlib.Path(directory) / "leaning.hpp"
        leaning.write_text("#pragma once\nstruct s { std::string name; };\n")
        tap.case("a header that leans on others is noticed",
                 [] if compiles(leaning, ["-std=c++20"]) else ["it was not"])
    results = units.in_parallel(check, project.headers)
    tap.case("every header compiles on its own", [p for _, problems in results for p in problems])
    print(f"# {len(project.headers)} headers")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
