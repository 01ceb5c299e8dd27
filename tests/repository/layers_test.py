"""The linker's view of the arrows: what a library leaves undefined of slipway's is defined in itself or in a library below
it. An #include that is not there (a declaration written by hand, an extern) would slip past rules.py, and not past this.

usage: layers_test.py NM LAYER…   from the lowest to the highest; a layer is one library, or several with commas between
"""
import re
import subprocess
import sys

OURS = re.compile(r"7slipway")  # a mangled name in namespace slipway


def symbols(nm, library):
    """(defined, undefined) names of ours in an archive."""
    out = subprocess.run([nm, "-P", "-g", library], capture_output=True, text=True, check=True).stdout
    defined, undefined = set(), set()
    for line in out.splitlines():
        parts = line.split()
        if len(parts) < 2 or not OURS.search(parts[0]):
            continue
        (undefined if parts[1] in "Uwv" else defined).add(parts[0])
    return defined, undefined - defined


def needs_from_above(layers, found):
    """By library: the symbols that neither it nor a library below it defines."""
    below, missing = set(), {}
    for layer in layers:
        for library in layer:
            missing[library] = sorted(found[library][1] - below)
        for library in layer:
            below |= found[library][0]
    return missing


def main():
    nm, layers = sys.argv[1], [argument.split(",") for argument in sys.argv[2:]]
    found = {library: symbols(nm, library) for layer in layers for library in layer}
    number, failed = 0, False
    for library, missing in needs_from_above(layers, found).items():
        number += 1
        failed |= bool(missing)
        print(f"{'not ' if missing else ''}ok {number} - {library.rsplit('/', 1)[-1]} needs only what is below it")
        for symbol in missing[:5]:
            where = [other.rsplit("/", 1)[-1] for other in found if symbol in found[other][0]]
            print(f"#   {symbol} is in {', '.join(where) or 'none of them'}")
    # It can fail: upside down nearly everybody lacks something.
    upside_down = sum(bool(missing) for missing in needs_from_above(layers[::-1], found).values())
    noticed = upside_down > len(found) // 2
    print(f"{'' if noticed else 'not '}ok {number + 1} - upside down {upside_down} of {len(found)} lack something")
    print(f"1..{number + 1}")
    return 1 if failed or not noticed else 0


if __name__ == "__main__":
    sys.exit(main())
