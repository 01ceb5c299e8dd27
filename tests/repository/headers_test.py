#!/usr/bin/env python3
"""Every header of the project compiles on its own: whoever includes it needs to include nothing before it.

headers_test.py ROOT BUILD COMPILER…
What the build has proven (proven.py) is not compiled again, and what was found in order is remembered.
"""
import json
import os
import pathlib
import sys
import tempfile

import proven
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
    tap.case("a unit proves what it begins with, while its object is newer than all of it", proofs())
    by_the_build = proven.by_the_build(project)
    left = [header for header in project.headers if header not in by_the_build]
    results = units.in_parallel(check, left)
    tap.case("every header compiles on its own", [p for _, problems in results for p in problems])
    print(f"# {len(project.headers)} headers, {len(left)} of them not proven by the build")
    return tap.end()


def proofs():
    """What is wrong with the proofs in a made-up checkout."""
    texts = {
        "a.hpp": '// What it is.\n#pragma once\n\n#include "b.hpp"\n#include "c.hpp"\n', "b.hpp": "#pragma once\n",
        "c.hpp": "#pragma once\n", "d.hpp": "#pragma once\n", "e.hpp": "#pragma once\n",
        "a.cpp": '/* It\nbegins. */\n#include "a.hpp"\n#include "d.hpp"\n',
        "defines.cpp": '#define X 1\n#include "e.hpp"\n',
        "system.cpp": '#include <vector>\n#include "e.hpp"\n',
    }
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory).resolve()
        (root / "build").mkdir()
        for name, text in texts.items():
            (root / name).write_text(text)
            os.utime(root / name, (1000, 1000))
        commands = [{"directory": str(root / "build"), "file": f"../{name}", "output": f"{name}.o",
                     "command": f"c++ -I.. {more} -c ../{name}"}
                    for name, more in (("a.cpp", ""), ("defines.cpp", ""), ("system.cpp", ""))]

        def proves(what, expected, at):
            (root / "build/compile_commands.json").write_text(json.dumps(commands))
            for command in commands:
                if at is None:
                    (root / "build" / command["output"]).unlink(missing_ok=True)
                else:
                    (root / "build" / command["output"]).touch()
                    os.utime(root / "build" / command["output"], (at, at))
            found = proven.by_the_build(units.Units(root, root / "build"))
            if found != expected:
                problems.append(f"{what}: {sorted(found)} and not {sorted(expected)}")

        proves("objects that are not there", set(), None)
        proves("objects that are newer", {"a.hpp", "b.hpp"}, 2000)
        os.utime(root / "c.hpp", (3000, 3000))
        proves("a header that changed later, further down", set(), 2000)
        proves("and was built again", {"a.hpp", "b.hpp"}, 4000)
        commands[0]["command"] += " -include d.hpp"
        proves("something that the command line puts in front", set(), 4000)
    return problems


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
