"""The rules of the house, each a function from a file's path and text to what is wrong with it: (line, message) pairs.

A rule that a place has good reason to break names the place and the reason here, where a reader finds them together.
rules_test.py applies them to the repository, and each to made-up files that break it.
"""
import pathlib
import re

CPP = (".cpp", ".hpp")
SCRIPT = re.compile(rb"^#!.*\b(bash|sh)\b")


def is_cpp(path):
    return path.endswith(CPP)


def lines_with(pattern, text, message):
    return [(text.count("\n", 0, m.start()) + 1, message.format(m.group(0).strip()))
            for m in re.finditer(pattern, text)]


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def code_of(text):
    """C++ without comments and without the insides of literals; lines keep their numbers."""
    def blank(match):
        token = match.group(0)
        newlines = "\n" * token.count("\n")
        return newlines if token.startswith("/") else '""' + newlines
    return _TOKEN.sub(blank, text)


def includes(text):
    return [(text.count("\n", 0, m.start()) + 1, m.group(1), m.group(2))
            for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, re.MULTILINE)]


# --- who may include whom -------------------------------------------------------------------------------------------

COMPOSITION_ROOTS = ("adapters/cli", "adapters/daemon")


def room(path):
    """engine/model, adapters/ssh, tools/hetzner-sim, tests, subprojects/sml: what the arrows are drawn between."""
    parts = path.split("/")
    if parts[0] in ("engine", "adapters", "tools", "subprojects"):
        return "/".join(parts[:2])
    return parts[0]


def may_include(source, target):
    if source == target or source == "tests" or target == "subprojects/sml":
        return True
    if source == "engine/machines" or source == "engine/ports":
        return target == "engine/model"
    if source == "engine/runtime":
        return target.startswith("engine/")
    if source in COMPOSITION_ROOTS or source.startswith("tools/"):
        return target.startswith(("engine/", "adapters/"))
    if source.startswith("adapters/"):
        return target.startswith("engine/") or target == "adapters/net"
    return False


def arrows(path, text):
    problems = []
    for line, mark, name in includes(text):
        if mark == "<" and not name.startswith(("engine/", "adapters/", "tools/", "tests/")):
            continue
        if name.startswith("../") or "/../" in name:
            problems.append((line, f'"{name}": include from the root of the project'))
        target = room(name)
        if "/" in target and target.split("/")[0] in ("engine", "adapters", "tools") or target == "tests":
            if not may_include(room(path), target):
                problems.append((line, f"{room(path)} must not include {target}"))
    return problems


# --- the core is pure -----------------------------------------------------------------------------------------------

PURE_ROOMS = ("engine/model/", "engine/machines/", "subprojects/sml/include/")
IMPURE_HEADERS = re.compile(
    r"boost/(asio|beast|process|thread|random|uuid/random).*|openssl/.*|sqlite3\.h|pqxx.*|libpq.*|libssh/.*|spdlog/.*|"
    r"thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore|latch|barrier|stop_token|random|"
    r"fstream|iostream|filesystem|ctime|time\.h|unistd\.h|fcntl\.h|sys/.*|netdb\.h|netinet/.*|arpa/.*|pthread\.h|csignal")
IMPURE_CALLS = r"::now\s*\(|\bgetenv\s*\(|\b(std::)?time\s*\(\s*(nullptr|NULL|0)\s*\)|\brandom_device\b|\bsteady_clock\b"


def purity(path, text):
    return ([(line, f"<{name}>: the core takes facts in and gives facts out, nothing else")
             for line, _, name in includes(text) if IMPURE_HEADERS.fullmatch(name)] +
            lines_with(IMPURE_CALLS, code_of(text), "{}: time and chance come in as arguments"))


# Time and randomness come through ports. Who implements the ports is outside the engine.
def engine_clock(path, text):
    return lines_with(r"\b(system_clock|high_resolution_clock)::now\s*\(|\brandom_device\b|\bmt19937", code_of(text),
                      "{}: time and chance come through engine/ports")


# --- calls that are not made ----------------------------------------------------------------------------------------

BANNED_CALLS = (
    (r"(?<![\w.>])(std::)?system\s*\(", "starts a shell"),
    (r"\bpopen\s*\(", "starts a shell"),
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets)\s*\(", "writes past the end"),
    (r"\b(std::)?s?rand\s*\(", "is neither random nor repeatable"),
    (r"\b(std::)?(localtime|gmtime|strtok|asctime|ctime)\s*\(", "is shared between threads"),
    (r"\b(std::)?tmpnam\s*\(|\bmktemp\s*\(", "races for the name"),
    (r"\bstd::ato[ifl]l?\s*\(|\bato[ifl]l?\s*\(", "takes anything for a number"),
)


SHELL_IS_RIGHT = {
    "tests/adapters/vault/scratch.hpp": "asks ssh-keygen and openssl what they make of our keys",
}


def banned_calls(path, text):
    code = code_of(text)
    return [p for pattern, why in BANNED_CALLS for p in lines_with(pattern, code, "{} " + why)
            if not (path in SHELL_IS_RIGHT and "shell" in why)]


# A class whose constructor is private may be made by new, where a smart pointer has it before the line ends.
def raw_new(path, text):
    code = code_of(text)
    owned = re.sub(r"\b(unique_ptr|shared_ptr)<[^;\n]*>\s*[({]\s*new\b", "", code)
    return (lines_with(r"(?<!operator )\bnew\b(?=\s*[\w:])", owned, "raw new: make_unique, make_shared or a value") +
            lines_with(r"(?<!operator )(?<!= )\bdelete\b(?=\s*[\w\[*(])", code, "raw delete"))


# A test that sleeps hopes; a product that sleeps blocks the loop. In Python and shell a short pause between two looks
# at a condition is allowed: they have no other way to wait for it.
def sleeping(path, text):
    if is_cpp(path):
        return lines_with(r"\bsleep_(for|until)\s*\(|\b(u|nano)sleep\s*\(|(^|[;{}(=])\s*(::)?sleep\s*\(",
                          code_of(text), "{}: wait for the condition")
    problems = []
    for m in re.finditer(r"\btime\.sleep\(([^)]*)\)", text):
        try:
            short = float(m.group(1)) <= 0.1
        except ValueError:
            short = False
        if not short:
            problems.append((text.count("\n", 0, m.start()) + 1, f"{m.group(0)}: wait for the condition"))
    return problems


def host_keys(path, text):
    return lines_with(r"StrictHostKeyChecking[= ]+(no|off|accept-new)\b|UserKnownHostsFile[= ]+/dev/null", text,
                      "{}: the host must be who we think")


# A test listens where there is room. Text that is only parsed may name any port.
def fixed_ports(path, text):
    if is_cpp(path):
        return lines_with(r"\b(bind|listen|acceptor|endpoint)\b[^;\n]*?[(,{]\s*[1-9]\d{3,4}\s*[)},]", code_of(text),
                          "{}: a fixed port; bind port 0")
    return lines_with(r"\b(bind|listen|HTTPServer)\b[^\n]*?,\s*[1-9]\d{3,4}\s*\)|--(listen|port)[ =]\S*?\b[1-9]\d{3,4}\b",
                      text, "{}: a fixed port; bind port 0")


# --- rooms one can live in ------------------------------------------------------------------------------------------

LONGEST = 400
LONGER_WITH_REASON = {}


def length(path, text):
    count = text.count("\n")
    if count <= LONGER_WITH_REASON.get(path, (LONGEST, ""))[0]:
        return []
    return [(count, f"{count} lines: a room above {LONGEST} needs to be one idea, and named in LONGER_WITH_REASON")]


def left_over(path, text):
    return lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", text, "{}: do it, or write an issue")


def own_machine(path, text):
    return lines_with(r"(?<![\w/.-])/(home/(?!user\b|git\b)[a-z]\w*|Users|workspace|work)/[\w.-]*", text,
                      "{}: a path of somebody's machine")


def header_opening(path, text):
    problems = []
    if "#pragma once" not in text:
        problems.append((1, "no #pragma once"))
    if not text.startswith("//"):
        problems.append((1, "a header opens with a paragraph: what it is, who owns it, what failure looks like"))
    return problems


def catch_by_the_shim(path, text):
    return [(line, f"<{name}>: include tests/support/catch.hpp, which works with Catch2 2 and 3")
            for line, _, name in includes(text) if name.startswith("catch2/")]


def shell_script(path, text):
    if not re.search(r"^set -e?u|^set -eu", text, re.MULTILINE):
        return [(1, "a script says 'set -eu' at least")]
    return []


# --- over all files -------------------------------------------------------------------------------------------------

NOT_COMPILED = {"tests/repository/co_await_samples.cpp": "read by the lint, which it must not pass"}


def wired(files):
    """A source that no meson.build names is never compiled, and a test that none names never runs."""
    recipes = {str(pathlib.PurePosixPath(p).parent): t for p, t in files.items() if p.endswith("/meson.build")}
    recipes["."] = files.get("meson.build", "")
    problems = []
    for path in files:
        if not (path.endswith(".cpp") or re.search(r"(^|/)tests/.*_test\.(py|sh)$", path)) or path in NOT_COMPILED:
            continue
        directory = pathlib.PurePosixPath(path).parent
        for above in [directory, *directory.parents]:
            name = str(pathlib.PurePosixPath(path).relative_to(above))
            stem = re.sub(r"(_test)?\.\w+$", "", name)
            text = recipes.get(str(above), "")
            if f"'{name}'" in text or f"'{stem}'" in text:
                break
        else:
            problems.append((path, 1, "no meson.build names it"))
    for directory in recipes:
        parent = pathlib.PurePosixPath(directory)
        if directory == "." or directory.startswith("subprojects/"):
            continue
        while parent != parent.parent:
            child, parent = parent, parent.parent
            name = pathlib.PurePosixPath(directory).relative_to(parent)
            if f"subdir('{name}')" in recipes.get(str(parent), ""):
                break
        else:
            problems.append((f"{directory}/meson.build", 1, "no meson.build has a subdir() for it"))
    return problems


def migrations(files):
    """schema/STORE/0001_what.sql and so on, gapless: a store that was migrated to N has seen exactly 1 to N."""
    problems, numbers = [], {}
    for path in files:
        if not (path.startswith("schema/") and path.endswith(".sql")):
            continue
        match = re.fullmatch(r"schema/([a-z]+)/(\d{4})_[a-z0-9_]+\.sql", path)
        if match:
            numbers.setdefault(match.group(1), []).append((int(match.group(2)), path))
        else:
            problems.append((path, 1, "a migration is named STORE/NNNN_what.sql"))
    for found in numbers.values():
        for expected, (number, path) in enumerate(sorted(found), 1):
            if number != expected:
                problems.append((path, 1, f"migration {number} where {expected} comes next"))
    return problems


def _in(*starts):
    return lambda path: path.startswith(starts)


def _cpp_in(*starts):
    return lambda path: is_cpp(path) and path.startswith(starts)


OURS = ("engine/", "adapters/", "tools/", "tests/")
TEXT = (".cpp", ".hpp", ".py", ".sh", ".build", ".sql", ".yaml", ".yml", ".service", ".md", ".txt")


def _is_text(path):
    name = path.rsplit("/", 1)[-1]
    return name.endswith(TEXT) or "." not in name


def _speaks(path):
    """All text of ours; this page has to name what it forbids, and its tests too."""
    return _is_text(path) and not path.startswith("tests/repository/rules")


# name, where it applies, the rule, a made-up file that must not pass, one that must.
PER_FILE = (
    ("arrows run downward only", lambda p: is_cpp(p), arrows, (
        ("engine/runtime/a.cpp", '#include "adapters/net/tls.hpp"\n'),
        ("engine/model/a.hpp", '#include "engine/ports/clock.hpp"\n'),
        ("engine/ports/a.hpp", '#include "engine/runtime/engine.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "tests/support/catch.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "../net/tls.hpp"\n'),
        ("subprojects/sml/include/sml/a.hpp", '#include "engine/model/error.hpp"\n'),
        ("tools/slipway-log/a.cpp", '#include "tools/hetzner-sim/world.hpp"\n'),
    ), (
        ("adapters/hetzner/a.cpp", '#include "adapters/net/tls.hpp"\n#include "engine/ports/cloud.hpp"\n'),
        ("adapters/cli/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("engine/runtime/a.cpp", '#include "engine/machines/vm.hpp"\n#include <sml/sml.hpp>\n'),
    )),
    ("the core is pure", _cpp_in(*PURE_ROOMS), purity, (
        ("engine/model/a.hpp", "#include <boost/asio/awaitable.hpp>\n"),
        ("engine/machines/a.cpp", "#include <mutex>\n"),
        ("engine/model/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/model/a.cpp", "#include <sqlite3.h>\n"),
        ("subprojects/sml/include/sml/a.hpp", "#include <thread>\n"),
    ), (
        ("engine/model/a.cpp", '#include <chrono>\n#include <string>\n// not a call: system_clock::now()\n'),
    )),
    ("time and chance come through ports", _cpp_in("engine/"), engine_clock, (
        ("engine/runtime/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/runtime/a.cpp", "std::random_device d;\n"),
    ), (
        ("engine/runtime/a.cpp", "auto t = clock.now();\n"),
    )),
    ("no call that is dangerous or starts a shell", lambda p: is_cpp(p), banned_calls, (
        ("engine/a.cpp", 'std::system("ls");\n'), ("tests/a.cpp", 'auto f = popen("ls", "r");\n'),
        ("adapters/a.cpp", "strcpy(a, b);\n"), ("adapters/a.cpp", "sprintf(a, b);\n"),
        ("adapters/a.cpp", "int x = std::rand();\n"), ("adapters/a.cpp", "int x = atoi(s);\n"),
    ), (
        ("adapters/a.cpp", 'boost::system::error_code e; std::snprintf(a, 3, "strcpy("); x.system(); operand(3);\n'),
    )),
    ("no raw new or delete", lambda p: is_cpp(p) and p.startswith(("engine/", "adapters/", "tools/")), raw_new, (
        ("engine/a.cpp", "auto* p = new thing(1);\n"), ("engine/a.cpp", "delete p;\n"),
        ("engine/a.cpp", "auto* p = new std::string;\n"), ("engine/a.cpp", "delete[] p;\n"),
    ), (
        ("engine/a.cpp", "return std::unique_ptr<log>(new log(std::move(x)));\n"),
        ("engine/a.cpp", 'a(const a&) = delete;\n// a new thing\nconst char* s = "new thing";\nint n = new_size;\n'),
    )),
    ("nobody sleeps and hopes", lambda p: p.endswith((*CPP, ".py")) and _speaks(p), sleeping, (
        ("tests/a.cpp", "std::this_thread::sleep_for(1s);\n"), ("engine/a.cpp", "usleep(5);\n"), ("engine/a.cpp", "f(); sleep(1);\n"),
        ("tests/a.py", "time.sleep(2)\n"),
    ), (
        ("tests/a.cpp", 'co_await clock.sleep(d); const char* recipe = "sleep(3)"; // sleep_for(1s)\n'), ("tests/a.py", "time.sleep(0.02)\n"),
    )),
    ("a host's key is always checked", _speaks, host_keys, (
        ("tools/a", "#!/bin/bash\nssh -o StrictHostKeyChecking=no x\n"),
        ("adapters/a.cpp", 'args.push_back("UserKnownHostsFile=/dev/null");\n'),
    ), (
        ("tools/a", "ssh -o StrictHostKeyChecking=yes x\n"),
    )),
    ("tests listen where there is room", lambda p: p.startswith("tests/") and _speaks(p), fixed_ports, (
        ("tests/a.cpp", "acceptor a(io, tcp::endpoint(address, 8080));\n"), ("tests/a.py", 's.bind(("", 8080))\n'),
        ("tests/a.py", '["--listen", x]; "--listen 127.0.0.1:8080"\n'),
    ), (
        ("tests/a.cpp", 'tcp::endpoint(address, 0); CHECK(parse("http://localhost:8080").port == 8080);\n'),
    )),
    ("rooms are of a size to live in", lambda p: p.endswith((*CPP, ".py")) or "." not in p.rsplit("/", 1)[-1], length, (
        ("engine/a.cpp", "int x;\n" * 401),
    ), (
        ("engine/a.cpp", "int x;\n" * 400),
    )),
    ("nothing is left to do later", _speaks, left_over, (
        ("engine/a.cpp", "// TODO: later\n"), ("tools/a", "# FIXME\n"),
    ), (
        ("tools/a", "mktemp -d slipway.XXXXXX\n"),
    )),
    ("no path of somebody's machine", _speaks, own_machine, (
        ("engine/a.cpp", 'auto p = "/home/anna/slipway";\n'), ("README.md", "see /work/main\n"),
    ), (
        ("engine/a.cpp", 'auto p = "/home/user/.ssh"; auto q = "/root/.ssh/authorized_keys"; // clone/work/x\n'),
    )),
    ("headers open with a paragraph", lambda p: p.endswith(".hpp") and p.startswith(OURS), header_opening, (
        ("engine/a.hpp", "#pragma once\n"), ("engine/a.hpp", "// What it is.\nint x;\n"),
    ), (
        ("engine/a.hpp", "// What it is.\n#pragma once\n"),
    )),
    ("Catch2 comes by way of its shim", lambda p: is_cpp(p) and not p.startswith("tests/support/"), catch_by_the_shim, (
        ("tests/a.cpp", "#include <catch2/catch.hpp>\n"),
    ), (
        ("tests/a.cpp", '#include "tests/support/catch.hpp"\n'),
    )),
    ("shell scripts stop at what fails", lambda p: p.endswith((".ci/run", "tools/run", "tools/test")), shell_script, (
        ("tools/run", "#!/bin/bash\nls\n"),
    ), (
        ("tools/run", "#!/bin/bash\nset -euo pipefail\n"),
    )),
)

# name, the rule, made-up repositories that must not pass, ones that must.
OVER_ALL = (
    ("every source and every test is built", wired, (
        {"meson.build": "subdir('a')", "a/meson.build": "x('b.cpp')", "a/b.cpp": "", "a/c.cpp": ""},
        {"meson.build": "", "a/meson.build": "x('b.cpp')", "a/b.cpp": ""},
        {"meson.build": "subdir('tests')", "tests/meson.build": "", "tests/a_test.py": ""},
    ), (
        {"meson.build": "subdir('a/b')", "a/b/meson.build": "x('c.cpp', 'd/e.cpp')", "a/b/c.cpp": "", "a/b/d/e.cpp": ""},
    )),
    ("migrations are numbered without a gap", migrations, (
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0003_third.sql": ""},
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0001_again.sql": ""},
        {"schema/sqlite/first.sql": ""},
    ), (
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0002_second.sql": "", "schema/postgres/0001_first.sql": ""},
    )),
)
