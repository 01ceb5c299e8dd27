"""What the packages consist of, as SPDX 2.3: the libraries that their programs are linked with, the packages whose
headers are compiled into them, and the subprojects, each with its version.

usage: sbom.py SOURCE BUILD PACKAGE.deb...   on the machine that BUILD was built on, with SOURCE_DATE_EPOCH set

Asks the programs (ldd), the build (ninja) and dpkg, and believes no list that somebody wrote.
"""
import datetime
import functools
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile


def said(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def owners(paths):
    """The packages that files of this machine belong to; dpkg is asked for many at once, and passes over what is nobody's."""
    names = set()
    for path in map(str, paths):
        real = os.path.realpath(path)
        names |= {path, real, real.removeprefix("/usr")}
    names = sorted(names)
    found = set()
    for first in range(0, len(names), 500):
        told = subprocess.run(["dpkg-query", "--search", *names[first:first + 500]], capture_output=True, text=True).stdout
        found |= {line.rsplit(": ", 1)[0].split(", ")[0] for line in told.splitlines() if not line.startswith("diversion ")}
    return found


@functools.cache
def about(package):
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}"
    name, version, architecture, source = said("dpkg-query", "--show", f"--showformat={form}", package).split("\t")
    return {"name": name, "version": version, "architecture": architecture, "source": source}


def is_program(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def linked(program):
    """The packages of the libraries that a program names itself."""
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "-d", program))
    places = dict(re.findall(r"^\s*(\S+) => (/\S+)", said("ldd", program), re.MULTILINE))
    return owners(places[library] for library in needed if library in places)


def headers(build, program):
    """The files outside of the build that a program was compiled from, as ninja has seen them."""
    objects = {line.strip() for line in said("ninja", "-C", build, "-t", "inputs", program).splitlines()
               if line.strip().endswith(".o")}
    found, wanted = set(), False
    for line in said("ninja", "-C", build, "-t", "deps").splitlines():
        if line.startswith("    "):
            found |= {os.path.normpath(os.path.join(build, line.strip()))} if wanted else set()
        else:
            wanted = line.split(":")[0] in objects
    return found


def compiled_in(files, dynamic):
    """Of those that are not linked anyway: the packages whose headers make up the program, too."""
    packages = owners(file for file in files if file.startswith("/usr/"))
    sources = {about(package)["source"] for package in dynamic}
    return {package for package in packages if about(package)["source"] not in sources}


def subprojects(source, files):
    """{name: version} of the vendored ones that a program was compiled from."""
    found = {}
    for recipe in glob.glob(os.path.join(source, "subprojects/*/meson.build")):
        place = os.path.dirname(recipe)
        if any(file.startswith(place + "/") for file in files):
            with open(recipe, encoding="utf-8") as text:
                found[os.path.basename(place)] = re.search(r"version: '([^']+)'", text.read()).group(1)
    return found


def entry(name, version, **more):
    return {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "name": name, "versionInfo": version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION", **more}


def of_distribution(package):
    it = about(package)
    system = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', open("/etc/os-release", encoding="utf-8").read(), re.MULTILINE))
    version = it["version"].replace("+", "%2B").replace(":", "%3A")
    address = (f"pkg:deb/{system['ID']}/{it['name']}@{version}?arch={it['architecture']}"
               f"&distro={system['ID']}-{system['VERSION_ID']}")
    return entry(it["name"], it["version"], supplier="Organization: " + system["NAME"], externalRefs=[
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": address}])


class Bill:
    def __init__(self, source, build):
        self.source, self.build = os.path.realpath(source), os.path.realpath(build)
        self.packages, self.relationships = {}, set()

    def has(self, whole, relation, part):
        self.packages.setdefault(part["SPDXID"], part)
        self.relationships.add((whole, relation, part["SPDXID"]))

    def add(self, file):
        name, version = said("dpkg-deb", "--show", "--showformat=${Package} ${Version}", file).split()
        with open(file, "rb") as content:
            digest = hashlib.sha256(content.read()).hexdigest()
        whole = entry(name, version, packageFileName=os.path.basename(file), primaryPackagePurpose="INSTALL",
                      checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
        whole["licenseDeclared"] = "Apache-2.0"
        self.has("SPDXRef-DOCUMENT", "DESCRIBES", whole)
        with tempfile.TemporaryDirectory() as directory:
            said("dpkg-deb", "--extract", file, directory)
            for program in glob.glob(os.path.join(directory, "usr/bin/*")):
                self.add_program(whole["SPDXID"], program)

    def add_program(self, whole, program):
        named = glob.glob(os.path.join(self.build, "**", os.path.basename(program)), recursive=True)
        (built,) = filter(is_program, named)  # a directory, or its completion, may have the same name
        files = headers(self.build, os.path.relpath(built, self.build))
        dynamic = linked(program)
        for package in dynamic:
            self.has(whole, "DYNAMIC_LINK", of_distribution(package))
        for package in compiled_in(files, dynamic):
            self.has(whole, "STATIC_LINK", of_distribution(package))
        for name, version in subprojects(self.source, files).items():
            self.has(whole, "STATIC_LINK", entry(name, version, licenseDeclared="Apache-2.0"))

    def document(self):
        packages = [self.packages[key] for key in sorted(self.packages)]
        identity = hashlib.sha256(json.dumps(packages).encode()).hexdigest()
        made = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
        return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "slipway",
                "documentNamespace": "https://spdx.org/spdxdocs/slipway-" + identity,
                "creationInfo": {"created": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: slipway-sbom"]},
                "packages": packages,
                "relationships": [{"spdxElementId": whole, "relationshipType": relation, "relatedSpdxElement": part}
                                  for whole, relation, part in sorted(self.relationships)]}


def main(source, build, *files):
    bill = Bill(source, build)
    for file in sorted(files):
        bill.add(file)
    print(json.dumps(bill.document(), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
