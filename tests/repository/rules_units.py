"""Many sources of a library or of a test program become one unit: what stands in their anonymous namespaces must not clash.

Functions may overload each other, and an alias may stand twice; a second function with the same parameters, a second constant
or class of one name, another alias, or a function and anything else of one name may not. Looks at lines that begin at the margin, as .clang-format leaves them.
"""
import collections
import re

_RAW = re.compile(r'R"([^()\\\s]{0,16})\(.*?\)\1"', re.DOTALL)
_ANONYMOUS = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.DOTALL | re.MULTILINE)
_FUNCTION = re.compile(r"^[A-Za-z_](?:[\w:<>,&*\[\] \t]|\n(?=\S))*?[\s&*](\w+)\(([^;{]*)\)[^;(]*\{", re.MULTILINE)
_OTHER = re.compile(r"^(?:template.*>\s*)?(?:(?:inline |static )?const(?:expr|init)? .*?(\w+)(?:\[\])?\s*[={]|"
                    r"(?:struct|class|enum class|enum) (\w+)\b)", re.MULTILINE)
_ALIAS = re.compile(r"^using (\w+) = ([^;]*);", re.MULTILINE)
_STRAY = re.compile(r"\s+")


def _parameters(text):
    """The types alone: names and defaults of parameters do not tell functions apart."""
    types = []
    for one in re.split(r",(?![^<]*>)", text):
        one = _STRAY.sub(" ", one.split("=")[0]).strip()
        types.append(re.sub(r"([&*>\w])\s*\b\w+$", r"\1", one) if " " in one or "&" in one or "*" in one else one)
    return ",".join(types).replace(" ", "")


def names_in(text):
    """(name, key) pairs of what a source's anonymous namespaces define at their outermost level."""
    found = []
    for block in _ANONYMOUS.findall(_RAW.sub('""', text)):
        margin = "\n".join(line if line[:1] not in (" ", "}", ")") else " " for line in block.split("\n"))
        functions = {m.group(1): m for m in _FUNCTION.finditer(block)}
        for match in _FUNCTION.finditer(block):
            found.append((match.group(1), (match.group(1), _parameters(match.group(2)))))
        for match in _OTHER.finditer(margin):
            name = match.group(1) or match.group(2)
            if name not in functions:
                found.append((name, (name, None)))
        found += [(m.group(1), (m.group(1), "= " + _STRAY.sub(" ", m.group(2)))) for m in _ALIAS.finditer(margin)]
    return found


def _not_together(ways):
    """The files of which one unit can hold one; `ways`: what a name is, and the files in which it is that."""
    if len(ways) == 1 and (next(iter(ways)) or "").startswith("= "):
        return []
    if all(what is not None and not what.startswith("= ") for what in ways):
        return next((paths for paths in ways.values() if len(paths) > 1), [])
    return [path for paths in ways.values() for path in paths]


def clashes(files):
    """A problem for each name that stands in two sources of one folder: of engine/, adapters/ or tools/ with all below it,
    of tests/ by itself, where each source of tests/fuzz and tests/engine/reject is a program of its own."""
    rooms = collections.defaultdict(lambda: collections.defaultdict(list))
    for path, text in files.items():
        parts = path.split("/")
        if parts[0] not in ("engine", "adapters", "tools", "tests") or not path.endswith(".cpp") or path.endswith("/main.cpp"):
            continue
        room = "/".join(parts[:-1] if parts[0] == "tests" else parts[:2])
        if room in ("tests/fuzz", "tests/engine/reject"):
            continue
        for _, key in names_in(text):
            if path not in rooms[room][key]:
                rooms[room][key].append(path)
    found = []
    for keys in rooms.values():
        by_name = collections.defaultdict(dict)
        for key, paths in keys.items():
            by_name[key[0]][key[1]] = paths
        for name, ways in by_name.items():
            if len(paths := _not_together(ways)) > 1:
                found.append((paths[1], 1, f"{name} stands in an anonymous namespace of {paths[0]}, too: one unit cannot hold both"))
    return found
