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
    by_each_other = proven.by_each_other(project, left)
    compiled = [header for header in left if header not in by_each_other]
    problems = [p for _, found in units.in_parallel(check, compiled) for p in found]
    if problems:  # of which it is
        problems = [p for _, found in units.in_parallel(check, left) for p in found]
    tap.case("every header compiles on its own", problems)
    print(f"# {len(project.headers)} headers, {len(left)} of them not proven by the build, {len(compiled)} compiled for it")
    return tap.end()


def proofs():
    """What is wrong with the proofs in a made-up checkout."""
    texts = {
        "a.hpp": '// What it is.\n#pragma once\n\n#include "b.hpp"\n#include "c.hpp"\n', "b.hpp": "#pragma once\n",
        "c.hpp": "#pragma once\n", "d.hpp": "#pragma once\n", "e.hpp": "#pragma once\n",
        "a.cpp": '/* It\nbegins. */\n#include "a.hpp"\n#include "d.hpp"\n',
        "defines.cpp": '#define X 1\n#include "e.hpp"\n',
        "system.cpp": '#include <vector>\n#include "e.hpp"\n',
        "f.hpp": "#pragma once\n", "first.cpp": '#include "f.hpp"\n', "second.cpp": '#include "e.hpp"\n',
        "build/x-unity0.cpp": "#include</first.cpp>\n#include</second.cpp>\n",
    }
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory).resolve()
        (root / "build").mkdir()
        for name, text in texts.items():
            (root / name).write_text(text.replace("</", f"<{root}/"))
            os.utime(root / name, (1000, 1000))
        commands = [{"directory": str(root / "build"), "file": f"../{name}", "output": pathlib.Path(name).name + ".o",
                     "command": f"c++ -I.. {more} -c ../{name}"}
                    for name, more in (("a.cpp", ""), ("defines.cpp", ""), ("system.cpp", ""), ("build/x-unity0.cpp", ""))]

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
        proves("objects that are newer", {"a.hpp", "b.hpp", "f.hpp"}, 2000)
        os.utime(root / "c.hpp", (3000, 3000))
        proves("a header that changed later, further down", {"f.hpp"}, 2000)
        proves("and was built again", {"a.hpp", "b.hpp", "f.hpp"}, 4000)
        commands[0]["command"] += " -include d.hpp"
        proves("something that the command line puts in front", {"f.hpp"}, 4000)
        project = units.Units(root, root / "build")
        if "second.cpp" not in project.sources:
            problems.append("a unit's second source is not known")
        if proven.by_each_other(project, ["a.hpp", "b.hpp", "c.hpp"]) != {"b.hpp"}:
            problems.append("a header that another one begins with is compiled, too, or one that it does not begin with is not")
    return problems


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
