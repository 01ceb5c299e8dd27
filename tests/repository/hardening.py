"""What a program has against whoever finds a way to write where he should not, as readelf sees it."""
import os
import re
import subprocess

FORTIFIED = re.compile(r"__(\w+)_chk\b")


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], capture_output=True, text=True, check=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def protections(program):
    dynamic, symbols = readelf("-d", program), readelf("--dyn-syms", program)
    have = set()
    if re.search(r"Type:\s+DYN", readelf("-h", program)) and "PIE" in dynamic:
        have.add("PIE")
    if "GNU_RELRO" in readelf("-l", program) and re.search(r"BIND_NOW|Flags:.* NOW", dynamic):
        have.add("full RELRO")
    if "__stack_chk_fail" in symbols:
        have.add("stack protector")
    if {name for name in FORTIFIED.findall(symbols) if name != "stack"}:
        have.add("fortified")
    notes = readelf("-n", program)
    if "IBT" in notes and "SHSTK" in notes:
        have.add("CET")
    return have


def wanted(cet):
    return {"PIE", "full RELRO", "stack protector", "fortified"} | ({"CET"} if cet else set())
