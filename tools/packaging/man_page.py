"""A manual page of what a program says of itself: its --help, and that of each of its verbs.

usage: man_page.py PROGRAM SECTION DESCRIPTION [MORE]   MORE is a file of roff with further sections

Reads CLI11's help: a sentence or two, Usage:, then tables under headings; and a footer, which is kept as it stands.
"""
import os
import re
import subprocess
import sys

HEADING = re.compile(r"^(\w+):$")
ROW = re.compile(r"^  (\S.*?)(?:  +(\S.*))?$")
CONTINUED = re.compile(r"^ {10,}(\S.*)$")
NAMED = re.compile(r"^(-\S+|[A-Z]+)(?: ([A-Z]+)(?::(\{.*\})?.*)?)?")
VERSION = re.compile(r"\d\S*")
VERB = " \\fIverb\\fR \\fI...\\fR"


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80"}).stdout


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


class Help:
    """What a help text consists of: opening and footer as lines, tables as {heading: [(name, meaning)]}."""

    def __init__(self, text):
        self.opening, self.usage, self.footer, self.tables = [], "", [], {}
        table = None
        for line in text.splitlines():
            heading = HEADING.match(line)
            row, more = ROW.match(line), CONTINUED.match(line)
            if line.startswith("Usage: "):
                self.usage = line.removeprefix("Usage: ")
            elif heading and not self.footer:
                table = self.tables.setdefault(heading.group(1).lower(), [])
            elif table is None:
                self.opening += [line] if line.strip() and not self.usage else []
            elif more and table and not self.footer:
                name, meaning = table[-1]
                table[-1] = (name, (meaning + " " + more.group(1)).strip())
            elif row and not self.footer:
                table.append((row.group(1), row.group(2) or ""))
            elif line or self.footer:
                self.footer.append(line)


def entry(row):
    """One option or word: its names, what it takes, and of what choice."""
    name, value, choice = NAMED.match(row[0]).groups()
    if not name.startswith("-"):
        value = ""  # a word stands for itself
    chosen = " (" + ", ".join(choice.strip("{}").split(",")) + ")" if choice else ""
    return (f".TP\n\\fB{escaped(name.replace(',', ', '))}\\fR" + (f" \\fI{value}\\fR" if value else "") +
            f"\n{escaped(row[1] + chosen)}\n")


def entries(rows):
    return "".join(map(entry, rows))


def of_verb(program, name, verb):
    """A section of a verb's own, without what is said once for all of them."""
    about = Help(said(program, verb, "--help"))
    own = [row for row in about.tables.get("options", []) if not row[0].startswith("-h")]
    return (f".SS \"{escaped(name + ' ' + verb)}\"\n" + "".join(escaped(line) + ".\n" for line in about.opening) +
            entries(about.tables.get("positionals", []) + own))


def page(program, section, description):
    name = os.path.basename(program)
    about = Help(said(program, "--help"))
    version = VERSION.search(said(program, "--version")).group()
    verbs = about.tables.get("subcommands", [])
    text = (f".TH {name.upper()} {section} \"\" \"slipway {version}\"\n.SH NAME\n{escaped(name)} \\- {escaped(description)}\n"
            f".SH SYNOPSIS\n.B {escaped(name)}\n[\\fIoptions\\fR]{VERB if verbs else ''}\n"
            ".SH DESCRIPTION\n" + "".join(escaped(line) + "\n" for line in about.opening) +
            ".SH OPTIONS\n" + entries(about.tables["options"]))
    if verbs:
        text += ".SH VERBS\n" + "".join(of_verb(program, name, verb) for verb, _ in verbs)
    if about.footer:
        text += ".SH NOTES\n.nf\n" + "\n".join(map(escaped, about.footer)).strip() + "\n.fi\n"
    return text


if __name__ == "__main__":
    sys.stdout.write(page(*sys.argv[1:4]))
    for more in sys.argv[4:]:
        with open(more, encoding="utf-8") as file:
            sys.stdout.write(file.read())
