"""The rules of the house, each a function from a file's path and text to what is wrong with it: (line, message) pairs.

A rule that a place has good reason to break names the place and the reason here, where a reader finds them together.
rules_test.py applies them to the repository, and each to made-up files that break it.
"""
import pathlib
import posixpath
import re

import rules_units
import rules_waiting

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

# The arrows: who includes whom, from the lowest to the highest. Rooms that stand side by side do not know each other.
LAYERS = (
    ("subprojects/sml",),
    ("engine/base",),
    ("engine/async", "engine/model"),
    ("engine/ports", "engine/machines"),
    ("engine/runtime",),
    ("engine/service",),
    ("adapters/net",),
    ("adapters/api", "adapters/discord", "adapters/web", "adapters/hetzner", "adapters/ssh", "adapters/vault",
     "adapters/sqlite", "adapters/postgres", "adapters/notify", "adapters/simulated"),
    ("adapters/composition",),
    ("adapters/cli", "adapters/daemon", "tools"),
)
STORES = ("adapters/sqlite", "adapters/postgres")  # composition alone knows which there are
PURE = ("engine/base", "engine/model", "engine/machines")


def room(path):
    """engine/model, adapters/ssh, tools/hetzner-sim, tests, subprojects/sml: what the arrows are drawn between."""
    parts = path.split("/")
    if parts[0] in ("engine", "adapters", "tools", "subprojects"):
        return "/".join(parts[:2])
    return parts[0]


def layer(place):
    place = "tools" if place.startswith("tools/") else place
    return next((height for height, rooms in enumerate(LAYERS) if place in rooms), None)


def may_include(source, target):
    if source == target or source == "tests":
        return True
    if target in STORES and source != "adapters/composition":
        return False
    if source in PURE and target == "engine/async":
        return False
    below, above = layer(target), layer(source)
    return below is not None and above is not None and below < above


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

PURE_ROOMS = ("engine/base/", "engine/model/", "engine/machines/", "subprojects/sml/include/")
# Digests and wiping are OpenSSL's: they read no clock, no chance and no file.
PURE_BY_OPENSSL = {"engine/base/digest.cpp": ("openssl/evp.h", "openssl/crypto.h"),
                   "engine/base/secret.cpp": ("openssl/crypto.h",)}
IMPURE_HEADERS = re.compile(
    r"boost/(asio|beast|process|thread|random|uuid/random|interprocess|fiber|filesystem|mysql|redis)\b.*|asio(\.hpp|/.*)|"
    r"openssl/.*|sqlite3\.h|pqxx.*|libpq.*|postgresql/.*|libssh/.*|curl/.*|spdlog/.*|"
    r"thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore|latch|barrier|stop_token|random|"
    r"fstream|iostream|filesystem|syncstream|ctime|time\.h|unistd\.h|fcntl\.h|sys/.*|netdb\.h|netinet/.*|arpa/.*|pthread\.h|csignal")
IMPURE_CALLS = (r"::now\s*\(|\b(secure_)?getenv\s*\(|(?<![\w.>])(std::)?time\s*\(\s*(nullptr|NULL|0|&)|\brandom_device\b|"
                r"\bsteady_clock\b|\b(clock_gettime|gettimeofday|timespec_get|getrandom|getentropy|arc4random|getpid|fopen)\s*\(|"
                r"\b(mt19937|minstd_rand|default_random_engine|jthread)\b|\bthread_local\b|\bvolatile\b")


def purity(path, text):
    return ([(line, f"<{name}>: the core takes facts in and gives facts out, nothing else")
             for line, _, name in includes(text)
             if IMPURE_HEADERS.fullmatch(name) and name not in PURE_BY_OPENSSL.get(path, ())] +
            lines_with(IMPURE_CALLS, code_of(text), "{}: time and chance come in as arguments"))


REAL_TIME = {"engine/runtime/system.cpp": "the ports' real side"}


def engine_clock(path, text):
    if path in REAL_TIME:
        return []
    return lines_with(r"\b(system|steady|high_resolution|utc)_clock::now\s*\(|\brandom_device\b|\bmt19937|"
                      r"\b(clock_gettime|gettimeofday|getrandom|arc4random)\s*\(|\bstd::time\s*\(", code_of(text),
                      "{}: time and chance come through engine/ports")


# --- calls that are not made ----------------------------------------------------------------------------------------

BANNED_CALLS = (
    (r"(?<![\w.>])(std::)?system\s*\(", "starts a shell"),
    (r"\bpopen\s*\(", "starts a shell"),
    (r"\b(strcpy|stpcpy|strcat|sprintf|vsprintf|gets|alloca)\s*\(", "writes past the end"),
    (r"\b(strncpy|strncat)\s*\(", "forgets the end"),
    (r"\b(std::)?s?rand\s*\(", "is neither random nor repeatable"),
    (r"\b(std::)?(localtime|gmtime|strtok|asctime|ctime|gethostbyname|inet_ntoa)\s*\(", "is shared between threads"),
    (r"\b(std::)?tmpnam\s*\(|\bmktemp\s*\(", "races for the name"),
    (r"\b(std::)?(ato[ifl]l?|v?[sf]?scanf)\s*\(", "takes anything for a number"),
    (r"(?<![\w.>])(std::)?(malloc|calloc|realloc|free)\s*\(", "leaves memory without an owner"),
    (r"\bstd::async\b|\.detach\(\)", "leaves a thread without an owner"),
    (r"\bv?fork\s*\(", "copies a process with threads"),
    (r"\b(setenv|putenv|unsetenv|clearenv)\s*\(", "changes what other threads read"),
    (r"(?<![\w.>])(std::)?(_exit|quick_exit|exit)\s*\(|\b(sig)?(set|long)jmp\s*\(", "passes destructors by"),
)


# Where a call is right: the place, the word of what the table says against it, and why it is right there.
CALL_IS_RIGHT = (
    ("tests/adapters/ssh/hand_over_test.cpp", "shell", "runs a script of ours as a person would by hand"),
    ("tests/adapters/ssh/simulated_vm.cpp", "shell", "asks sshd which settings it knows"),
    ("tests/adapters/vault/scratch.hpp", "shell", "asks ssh-keygen and openssl what they make of our keys"),
    ("tests/tools/slipway-log/program_test.cpp", "shell", "its output goes through pipes that break"),
    ("tests/", "number", "what is not one fails the test"),
    ("tests/", "process", "children that are killed, or that write what a parent must not lose"),
    ("tests/", "destructors", "the same children: a process that dies runs none"),
    ("tools/hetzner-sim/machine", "process", "a VM is processes in namespaces of their own"),
    ("tools/hetzner-sim/machine", "destructors", "a child ends there"),
    ("tools/hetzner-sim/machine", "threads", "a child's environment, where no thread is"),
    ("adapters/sqlite/writer_lock.cpp", "number", "the kernel's own lines, whose fields are counted"),
    ("adapters/composition/wiping_delete.cpp", "memory", "the program's operator new and delete"),
    ("adapters/daemon/systemd.cpp", "threads", "taken from the environment before any thread is"),
    ("adapters/cli/dev/child_process.cpp", "process", "starts a program, in a process without other threads"),
    ("adapters/cli/dev/child_process.cpp", "destructors", "a child ends there whose program cannot be started"),
    ("adapters/cli/dev/scratch_directory.cpp", "process", "what outlives its parent by a moment, and has no program of its own"),
    ("adapters/cli/dev/scratch_directory.cpp", "destructors", "the end of that process"),
    ("adapters/cli/terminal.cpp", "destructors", "a second interrupt: at once"),
    ("adapters/cli/token_input.cpp", "destructors", "a signal handler, which may do nothing else"),
)


def banned_calls(path, text):
    code = code_of(text)
    right = [word for place, word, _ in CALL_IS_RIGHT if path.startswith(place)]
    return [p for pattern, against in BANNED_CALLS if not any(word in against for word in right)
            for p in lines_with(pattern, code, "{} " + against)]


# The tests' scripts start programs, not shells, and take nothing for code.
def script_calls(path, text):
    return lines_with(r"\bos\.(system|popen)\s*\(|\bshell\s*=\s*True\b", text, "{} starts a shell") + lines_with(
        r"(?<![\w.])(eval|exec)\s*\(|\b(pickle|marshal)\.loads?\s*\(", text, "{} takes text for code")


# A class whose constructor is private may be made by new, where a smart pointer has it before the line ends.
def raw_new(path, text):
    code = code_of(text)
    owned = re.sub(r"\b(unique_ptr|shared_ptr)<[^;\n]*>\s*\w*\s*[({]\s*new\b", "", code)
    return (lines_with(r"(?<!operator )\bnew\b(?=\s*[\w:])", owned, "raw new: make_unique, make_shared or a value") +
            lines_with(r"(?<!operator )(?<!= )\bdelete\b(?=\s*[\w\[*(])", code, "raw delete"))


def sleeping(path, text):
    return rules_waiting.in_cpp(path, code_of(text)) if is_cpp(path) else rules_waiting.in_python(path, text)


HOST_IS_KNOWN = {"tests/tools/hetzner-sim/ssh_test.py": "the simulator's own tests, whose host the simulator is"}


def host_keys(path, text):
    if path in HOST_IS_KNOWN:
        return []
    return lines_with(r"StrictHostKeyChecking[= ]+(no|off|accept-new)\b|UserKnownHostsFile[= ]+/dev/null", text,
                      "{}: the host must be who we think")


# A test listens where there is room. Text that is only parsed may name any port.
def fixed_ports(path, text):
    if is_cpp(path):
        return lines_with(r"\b(bind|acceptor|endpoint)\b[^;\n]*?[(,{]\s*[1-9]\d{3,4}\s*[)},]", code_of(text),
                          "{}: a fixed port; bind port 0")
    return lines_with(r"\b(bind|listen|HTTPServer)\b[^\n]*?,\s*[1-9]\d{3,4}\s*\)|--(listen|port)[ =]\S*?\b[1-9]\d{3,4}\b",
                      text, "{}: a fixed port; bind port 0")


# --- rooms one can live in ------------------------------------------------------------------------------------------

LONGEST = 400
LONGER_WITH_REASON = {
    "tests/adapters/ssh/recipe_test.cpp": (520, "a recipe cut off at each point of its life, over one fixture"),
}


def length(path, text):
    count = text.count("\n")
    if count <= LONGER_WITH_REASON.get(path, (LONGEST, ""))[0]:
        return []
    return [(count, f"{count} lines: a room above {LONGEST} needs to be one idea, and named in LONGER_WITH_REASON")]


def left_over(path, text):
    return lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", text, "{}: do it, or write an issue")


def own_machine(path, text):
    return lines_with(r"(?<![\w/.-])/(home/(?!user\b|git\b)[a-z]\w*|Users|workspace|builds)/[\w.-]*", text,
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

NOT_COMPILED = {
    "tests/repository/co_await_samples.cpp": "read by the lint, which it must not pass",
    "subprojects/sml/tests/reject/": "handed to the compiler by reject.py, which must refuse each",
}


def wired(files):
    """A source that no meson.build names is never compiled, and a test that none names never runs."""
    recipes = {str(pathlib.PurePosixPath(p).parent): t for p, t in files.items() if p.endswith("/meson.build")}
    recipes["."] = files.get("meson.build", "")
    # A tool may be built from a library that lives with the tests: '../../tests/simulation/schedule.cpp'
    elsewhere = {posixpath.normpath(posixpath.join(directory, name)) for directory, text in recipes.items()
                 for name in re.findall(r"'(\.\./[^']+)'", text)}
    problems = []
    for path in files:
        if path in elsewhere:
            continue
        if path.startswith(tuple(NOT_COMPILED)):
            continue
        if not (path.endswith(".cpp") or re.search(r"(^|/)tests/.*_test\.(py|sh)$", path)):
            continue
        directory = pathlib.PurePosixPath(path).parent
        for above in [directory, *directory.parents]:
            name = pathlib.PurePosixPath(path).relative_to(above)
            text = recipes.get(str(above), "")
            # In a loop over names: 'tests' / name + '.cpp'
            looped = "foreach" in text and (f"'{name.parent}'" in text or str(name.parent) == ".") and re.search(
                rf"'{name.stem}'|'{name.stem.removesuffix('_test')}'", text)
            if f"'{name}'" in text or looped:
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


def stems(files):
    """"Open registry.hpp" has one answer: no two rooms of engine, adapters and tools have files of one stem."""
    rooms = {}
    for path in files:
        parts = path.split("/")
        if parts[0] in ("engine", "adapters", "tools") and is_cpp(path) and parts[-1] != "main.cpp":
            rooms.setdefault(parts[-1].rsplit(".", 1)[0], {}).setdefault("/".join(parts[:-1]), path)
    return [(sorted(where.values())[1], 1, f"{stem} is in {' and in '.join(sorted(where))}, too")
            for stem, where in rooms.items() if len(where) > 1]


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


# name, where it applies, the rule. rules_examples.py has made-up files for each.
PER_FILE = (
    ("arrows run downward only", lambda p: is_cpp(p), arrows),
    ("the core is pure", _cpp_in(*PURE_ROOMS), purity),
    ("time and chance come through ports", _cpp_in("engine/"), engine_clock),
    ("no call that is dangerous or starts a shell", lambda p: is_cpp(p), banned_calls),
    ("scripts start no shell", lambda p: p.endswith(".py") and _speaks(p), script_calls),
    ("no raw new or delete", _cpp_in(*OURS, "subprojects/sml/include/"), raw_new),
    ("nobody sleeps and hopes", lambda p: p.endswith((*CPP, ".py")) and _speaks(p), sleeping),
    ("a host's key is always checked", _speaks, host_keys),
    ("tests listen where there is room", lambda p: p.startswith("tests/") and _speaks(p), fixed_ports),
    ("rooms are of a size to live in", lambda p: p.endswith((*CPP, ".py")) or "." not in p.rsplit("/", 1)[-1], length),
    ("nothing is left to do later", _speaks, left_over),
    ("no path of somebody's machine", _speaks, own_machine),
    ("headers open with a paragraph", lambda p: p.endswith(".hpp") and p.startswith(OURS), header_opening),
    ("Catch2 comes by way of its shim", lambda p: is_cpp(p) and not p.startswith("tests/support/"), catch_by_the_shim),
    ("shell scripts stop at what fails", lambda p: p.endswith((".ci/run", "tools/run", "tools/bench", "tools/test")), shell_script),
)

# name, the rule over all files
OVER_ALL = (
    ("every source and every test is built", wired),
    ("migrations are numbered without a gap", migrations),
    ("no two files of one stem in two rooms", stems),
    ("the sources of a library fit into one unit", rules_units.clashes),
)
