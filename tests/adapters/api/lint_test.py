"""Spectral, the linter, on schema/openapi.yaml: no error and no warning. It comes from the npm registry into the build
directory, at a fixed version, once. Skipped without node, npm or the registry.
"""
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = "6.15.0"


def skip(why):
    print("1..0 # SKIP", why)
    sys.exit(0)


def installed(home):
    program = home / "node_modules/@stoplight/spectral-cli/dist/index.js"
    if program.exists():
        return program
    if not shutil.which("node") or not shutil.which("npm"):
        skip("node and npm are not installed")
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text("{}")
    command = ["npm", "install", "--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
               "--fetch-timeout=30000", "--loglevel=error", "@stoplight/spectral-cli@" + VERSION]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        skip("npm did not get Spectral in time")
    if done.returncode != 0 or not program.exists():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        skip(f"npm did not get Spectral: {reason}")
    return program


def main():
    program = installed(pathlib.Path(sys.argv[1]) / ("spectral-" + VERSION))
    done = subprocess.run(["node", program, "lint", "--ruleset", ROOT / "schema/.spectral.yaml", "--format", "json", "--quiet",
                           "--fail-severity", "warn", ROOT / "schema/openapi.yaml"], capture_output=True, text=True,
                          timeout=120)
    try:
        found = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        found = [{"message": done.stdout + done.stderr, "code": "not run", "path": [], "range": {"start": {"line": 0}}}]
    for problem in found:
        where = "/".join(map(str, problem["path"]))
        print(f"# line {problem['range']['start']['line'] + 1}: {problem['code']}: {problem['message']} ({where})")
    good = done.returncode == 0 and not found
    print("ok" if good else "not ok", "1 - schema/openapi.yaml passes Spectral", VERSION)
    if not good and not found:
        print("#", done.stderr.strip().replace("\n", "\n# "))
    print("1..1")


if __name__ == "__main__":
    main()
