#!/usr/bin/env python3
"""Every table in reject/ must be refused by the compiler, for the reason given in its first two lines.

usage: reject.py gcc|clang COMPILER... -- TABLE.cpp...

`// error:` must appear in the compiler's output, and on GCC `// culprit:` too (clang 14 prints character
codes instead of text). The control: with MENDED defined all of them together must compile, so each is refused
for its flaw and for nothing else. Prints nothing but failures.
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDES = [f"-I{HERE.parent / 'include'}", f"-I{HERE / 'reject'}"]


def compile_text(compiler, text):
    command = [*compiler, "-std=c++20", "-fsyntax-only", *INCLUDES, "-x", "c++", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True)


def expected(path):
    first, second = path.read_text().splitlines()[:2]
    if not first.startswith("// error: ") or not second.startswith("// culprit: "):
        raise SystemExit(f"{path.name}: does not begin with // error: and // culprit:")
    return first.removeprefix("// error: "), second.removeprefix("// culprit: ")


def main():
    family, dashes = sys.argv[1], sys.argv.index("--")
    compiler = sys.argv[2:dashes]
    tables = [HERE / "reject" / name for name in sys.argv[dashes + 1:]]
    failures = [] if tables else ["no tables were named"]

    control = compile_text(compiler, "#define MENDED\n" + "".join(f'#include "{t.name}"\n' for t in tables))
    if control.returncode != 0:
        failures.append(f"the mended tables do not compile:\n{control.stderr[:4000]}")

    for table in tables:
        error, culprit = expected(table)
        result = compile_text(compiler, f'#include "{table.name}"\n')
        if result.returncode == 0:
            failures.append(f"{table.name}: compiles, should be refused with: {error}")
        elif error not in result.stderr:
            failures.append(f"{table.name}: refused without saying: {error}\n{result.stderr[:2000]}")
        elif family == "gcc" and culprit not in result.stderr:
            failures.append(f"{table.name}: refused without naming: {culprit}\n{result.stderr[:2000]}")

    print("\n".join(failures), end="\n" if failures else "", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
