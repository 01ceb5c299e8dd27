#!/usr/bin/env python3
"""What the compiler must refuse, for the reason given in the first line.

usage: reject.py COMPILER... -- SOURCE.cpp...

`// error:` must appear in what the compiler says. With MENDED defined each must compile, so that it is refused for its
flaw and for nothing else. Speaks TAP.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def refusal(compiler, source, *more):
    """None, or what the compiler says against it."""
    done = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", f"-I{ROOT}", f"-I{ROOT}/subprojects/sml/include",
                           *more, str(source)], capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})
    return done.stderr if done.returncode else None


def main():
    dashes = sys.argv.index("--")
    compiler, sources = sys.argv[1:dashes], [pathlib.Path(name) for name in sys.argv[dashes + 1:]]
    print(f"1..{2 * len(sources)}")
    count = 0
    for source in sources:
        expected = source.read_text(encoding="utf-8").splitlines()[0].removeprefix("// error: ")
        said, mended = refusal(compiler, source), refusal(compiler, source, "-DMENDED")
        for good, what, details in ((said is not None and expected in said, "is refused for its flaw", said),
                                    (mended is None, "compiles without it", mended)):
            count += 1
            print(f"{'ok' if good else 'not ok'} {count} - {source.stem} {what}", flush=True)
            if not good:
                print("\n".join(f"# {line}" for line in (details or f"compiles; expected: {expected}").splitlines()))


if __name__ == "__main__":
    main()
