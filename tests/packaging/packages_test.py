"""What can be known of the packages without building any: that their parts agree with the sources and with each other.

packages_test.py SOURCE
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
from harness import BUILD, SLIPWAY_LOG, SIM, Case, run  # noqa: E402
from house import SLIPWAYD  # noqa: E402

SOURCE = pathlib.Path(sys.argv.pop(1))
PACKAGING = SOURCE / "tools/packaging"
sys.path.insert(0, str(PACKAGING))
import man_page  # noqa: E402
import sbom  # noqa: E402


def text(path):
    return (SOURCE / path).read_text(encoding="utf-8")


class Packages(Case):
    def test_version(self):
        """the changelog's newest version is the project's"""
        project = re.search(r"version: '([^']+)'", text("meson.build")).group(1)
        self.assertEqual(re.match(r"slipway \((\S+)\)", text("tools/packaging/debian/changelog")).group(1), project)

    def test_settings(self):
        """slipwayd.env names settings that there are, and no secret"""
        rows = dict(re.findall(r'^ +\{"(\w+)", rule::\w+(, is_secret)?', text("adapters/composition/setting_table.cpp"),
                               re.MULTILINE))
        named = re.findall(r"^#?\s*([A-Z][A-Z_]+)=", text("tools/packaging/debian/slipwayd.env"), re.MULTILINE)
        self.assertGreaterEqual(len(named), 3)
        for name in named:
            row = rows.get(name.removesuffix("_FILE"))
            self.assertIsNotNone(row, f"{name} is no setting")
            self.assertEqual(name.endswith("_FILE"), row != "", f"{name}: a secret is named by its file, and nothing else is")

    def test_credentials(self):
        """slipwayd(8) lists the secrets that the unit hands over"""
        handed = re.findall(r"^LoadCredential=(\w+)$", text("adapters/daemon/slipwayd.service.in"), re.MULTILINE)
        paragraph = text("tools/packaging/slipwayd_more.roff").split("credstore/", 1)[1].split(".TP")[0]
        listed = re.findall(r"\\fI([a-z_]+)\\fR", paragraph)
        self.assertEqual(sorted(listed), sorted(handed))

    def test_manual(self):
        """each manual page has every option and verb of its program's --help, and groff takes it without a word"""
        for program, section in ((SLIPWAYD, "8"), (SLIPWAY_LOG, "1"), (SIM, "1")):
            page = man_page.page(program, section, "what it is")
            if program == SLIPWAYD:
                page += text("tools/packaging/slipwayd_more.roff")
            plain = page.replace("\\-", "-")
            said = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
            for option in re.findall(r"(?m)^  (?:-\w,)?(--[\w-]+)", said):
                self.assertIn(option, plain)
            verbs = said.partition("Subcommands:")[2]
            for verb in re.findall(r"(?m)^  (\w+)  ", verbs):
                self.assertIn(f'.SS "slipway-log {verb}"', plain)
            with tempfile.NamedTemporaryFile("w", suffix="." + section, encoding="utf-8") as file:
                file.write(page)
                file.flush()
                done = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-z", file.name], capture_output=True,
                                      text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_bill(self):
        """the bill of materials knows what slipway-log is linked with and compiled from"""
        try:
            dynamic = sbom.linked(SLIPWAY_LOG)
        except FileNotFoundError as absent:
            self.skipTest(f"no {absent.filename} here")
        files = sbom.headers(BUILD, os.path.relpath(SLIPWAY_LOG, BUILD))
        self.assertEqual(sorted(sbom.subprojects(str(SOURCE), files)), ["sml"])
        linked = {sbom.about(package)["source"] for package in dynamic}
        self.assertLessEqual({"sqlite3", "openssl", "libpqxx"}, linked)
        inside = {sbom.about(package)["source"] for package in sbom.compiled_in(files, dynamic)}
        self.assertTrue({"nlohmann-json3"} <= inside and any(source.startswith("boost") for source in inside), inside)
        self.assertFalse(inside & linked)


if __name__ == "__main__":
    run()
