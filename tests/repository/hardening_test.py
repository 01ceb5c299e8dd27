"""What is released is hardened: its programs as readelf sees them, and the flags that every unit of a release build gets.

usage: hardening_test.py SOURCE BUILD PROGRAM...   BUILD is the build directory that the PROGRAMs, optimised ones, come from

A release build of everything takes minutes, so the one that tools/run makes is looked at where it is there; that each
unit of it gets the flags is seen without compiling any.
"""
import glob
import json
import os
import platform
import re
import subprocess
import sys
import tempfile

from hardening import protections, wanted

SOURCE, BUILD, *PROGRAMS = sys.argv[1:]
count = 0
failed = False


def check(good, what, detail=""):
    global count, failed
    count += 1
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}")
    if not good and detail:
        print("\n".join("# " + line for line in detail.splitlines()[:20]))


def compiler_has_cet():
    """Of the compiler and of the start files that it links."""
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "a")
        made = subprocess.run([*os.environ.get("CXX", "c++").split(), "-fcf-protection", "-o", program, "-x", "c++", "-"],
                              input="int main() {}", text=True, capture_output=True)
        return made.returncode == 0 and "CET" in protections(program)


def release_commands(**flags):
    """The commands of a build as tools/run makes it, in an environment with these flags."""
    with open(os.path.join(SOURCE, "tools/building.sh"), encoding="utf-8") as file:
        options = re.search(r"^release_options=\((.*)\)$", file.read(), re.M).group(1).split()
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(["meson", "setup", *options, directory, SOURCE], capture_output=True, text=True,
                              env={**os.environ, **flags})
        if done.returncode != 0:
            return [], "", done.stdout[-2000:] + done.stderr
        with open(os.path.join(directory, "compile_commands.json"), encoding="utf-8") as file:
            commands = [one["command"] for one in json.load(file)]
        with open(os.path.join(directory, "build.ninja"), encoding="utf-8") as file:
            return commands, file.read(), ""


def defined_twice(command):
    return len(re.findall(r"-D_FORTIFY_SOURCE\b", command)) > 1


cet = compiler_has_cet()
released = [os.path.join(SOURCE, "build", path) for path in
            ("adapters/cli/slipway", "adapters/daemon/slipwayd", "tools/slipway-log/slipway-log")]
# One that is older than the description of the build has not been made by it.
described = max(os.path.getmtime(os.path.join(SOURCE, name)) for name in ("meson.build", "tools/building.sh"))
for program in PROGRAMS + [path for path in released if os.path.exists(path) and os.path.getmtime(path) > described]:
    missing = wanted(cet) - protections(program)
    check(not missing, f"{os.path.relpath(program, SOURCE)} is hardened", "missing: " + ", ".join(sorted(missing)))

commands, ninja, problem = release_commands(CPPFLAGS="", CXXFLAGS="", LDFLAGS="")
fortified_by_compiler = "_FORTIFY_SOURCE" in subprocess.run(
    [*os.environ.get("CXX", "c++").split(), "-O2", "-dM", "-E", "-x", "c++", "/dev/null"], capture_output=True, text=True).stdout
flags = ["-fstack-protector-strong", "-fPI[CE]"] + (["-fcf-protection"] if platform.machine() == "x86_64" else []) + ([] if fortified_by_compiler else ["-D_FORTIFY_SOURCE=3"])
bare = [command for command in commands for flag in flags if not re.search(flag, command)]
check(commands and not bare, "every unit of a release build is compiled with the flags", problem or "\n".join(bare[:3]))
links = re.findall(r"^build [^\n]*cpp_LINKER[^\n]*\n(?: [^\n]*\n)*", ninja, re.M)
bare = [link for link in links if not re.search(r"-z,relro.*-z,now", link) or "-pie" not in link]
check(links and not bare, "every program of a release build is linked with them", "\n".join(bare[:1]))

# As Debian and Ubuntu build packages (dpkg-buildflags).
commands, _, problem = release_commands(CPPFLAGS="-Wdate-time -D_FORTIFY_SOURCE=2", LDFLAGS="-Wl,-z,relro -Wl,-z,now",
                                        CXXFLAGS="-g -O2 -fstack-protector-strong -Wformat -Werror=format-security")
twice = [command for command in commands if defined_twice(command)]
check(commands and not twice, "a distribution's own flags are not defined a second time", problem or "\n".join(twice[:1]))
print(f"1..{count}")
sys.exit(1 if failed else 0)
