#!/usr/bin/env python3
"""Every header compiles on its own, without a warning.

usage: headers.py gcc|clang COMPILER...
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
COMPAT = HERE.parent / "include-compat"
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]


def main():
    compiler = sys.argv[2:]
    failed = False
    headers = [h.relative_to(root) for root in (INCLUDE, COMPAT) for h in sorted(root.rglob("*.hpp"))]
    for header in headers:
        command = [*compiler, *FLAGS, f"-I{INCLUDE}", f"-I{COMPAT}", "-x", "c++", "-"]
        result = subprocess.run(command, input=f"#include <{header}>\n", capture_output=True, text=True)
        if result.returncode != 0:
            print(f"{header} does not compile alone:\n{result.stderr[:2000]}", file=sys.stderr)
            failed = True
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
