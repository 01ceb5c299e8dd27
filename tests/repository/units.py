"""The project's C++ files seen as a compiler sees them, for the tests of this directory: which there are, with which
flags each is compiled, what each includes of ours, and a memory of what was found in order, kept in the build directory,
so that only what has changed since is looked at again.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)
SKIPPED_DIRECTORIES = re.compile(r"^(build.*|\.git|\.cache|__pycache__|packagecache)$")


def files(root):
    """Every file of the checkout, without what building leaves there, as paths relative to the root."""
    for directory, names, leaves in os.walk(root):
        names[:] = sorted(n for n in names if not SKIPPED_DIRECTORIES.match(n))
        for leaf in sorted(leaves):
            yield (pathlib.Path(directory) / leaf).relative_to(root).as_posix()


class Units:
    def __init__(self, root, build):
        self.root = pathlib.Path(root).resolve()
        self.build = pathlib.Path(build).resolve()
        self.sources = {}  # path relative to the root: flags
        self.objects = {}  # likewise: what the build makes of it
        self._texts = {}
        for entry in json.loads((self.build / "compile_commands.json").read_text()):
            for number, source in enumerate(self._sources_of((pathlib.Path(entry["directory"]) / entry["file"]).resolve())):
                name = source.relative_to(self.root).as_posix()
                self.sources[name] = self._flags(entry["command"])
                # With an -include of its own (a precompiled header), or as a later one of several in a unit, it begins
                # with something else.
                if number == 0 and "output" in entry and not re.search(r"\s-include\s", entry["command"]):
                    self.objects[name] = pathlib.Path(entry["directory"]) / entry["output"]
        self.headers = [f for f in files(self.root) if f.endswith(".hpp")]

    def _sources_of(self, unit):
        """What is compiled as this unit: itself, or the sources of ours that the build has it include."""
        among = [unit]
        if re.search(r"-unity\d+\.cpp$", unit.name):
            among = [(unit.parent / name).resolve() for name in INCLUDE.findall(self.text(unit))]
        return [source for source in among if source.is_relative_to(self.root) and not source.is_relative_to(self.build)]

    def _flags(self, command):
        """The flags that change what the compiler sees: language, macros, and include directories as absolute paths."""
        flags = [w for w in shlex.split(command)[1:] if re.match(r"-(I|D|U|isystem|std=|pthread)", w)]
        return ["-I" + str((self.build / f[2:]).resolve()) if f.startswith("-I") else f for f in flags]

    def flags_for(self, path):
        """A source's own. A header's: those of a unit near it, with the include directories of all others behind."""
        if path in self.sources:
            return self.sources[path]
        near = sorted(self.sources, key=lambda s: (-len(os.path.commonpath([s, path])), s))
        flags = [f"-I{self.root}", *(self.sources[near[0]] if near else [])]
        others = {f for source in near for f in self.sources[source] if f.startswith("-I")}
        return flags + sorted(others - set(flags))

    def text(self, path):
        if path not in self._texts:
            try:
                self._texts[path] = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
            except OSError:
                self._texts[path] = ""
        return self._texts[path]

    def closure(self, path, flags):
        """The file and all files of the checkout or the build directory that it includes, in a fixed order."""
        directories = [self.root] + [pathlib.Path(f[2:]) for f in flags if f.startswith("-I")]
        directories = [d for d in directories if d.is_relative_to(self.root) or d.is_relative_to(self.build)]
        seen, waiting = set(), [pathlib.Path(path)]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for name in INCLUDE.findall(self.text(current)):
                for directory in [current.parent] + directories:
                    candidate = (directory / name).resolve()
                    if candidate.is_file():
                        waiting.append(candidate)
                        break
        return sorted(seen)

    def key(self, path, flags, *also):
        digest = hashlib.sha256()
        for part in (*flags, *also):
            digest.update(part.encode() + b"\0")
        for file in self.closure(path, flags):
            digest.update(str(file).encode() + b"\0" + self.text(file).encode() + b"\0")
        return digest.hexdigest()


class Memory:
    """Remembers under a key that a check was passed; an empty file each."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)

    def knows(self, key):
        return (self.directory / key).exists()

    def note(self, key):
        (self.directory / key).touch()


def run(command, timeout=600, stdin=""):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout)
    return done.returncode, done.stdout + done.stderr


def in_parallel(function, items):
    """[(item, result)] with as many at once as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(zip(items, pool.map(function, items)))


class Tap:
    """Test Anything Protocol on stdout, a line per case."""

    def __init__(self):
        self.count = self.failures = 0

    def case(self, name, problems=()):
        self.count += 1
        problems = list(problems)
        self.failures += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name.replace('#', '-')}")
        for problem in problems:
            for line in str(problem).splitlines():
                print(f"# {line}")
        print(end="", flush=True)

    def end(self):
        print(f"1..{self.count}")
        return 0  # meson reads the lines


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    return 0
