"""The deliberate bugs, read from the *.txt files of this directory, and how one is put into the text of a source.

An entry (a line that begins with '#' between entries is a comment):

    == skip_the_probe
    Why somebody would pay for it: one sentence, on as many lines as it takes.
    by: engine simulate                 optional: the detectors, in this order, instead of those of the sources' room
    -- engine/runtime/perform.cpp
     a line that stays, to find the place by
    -a line that goes
    +a line that comes
    -- another/file.cpp                 optional: more places, in this file or in others

A place must match exactly once, to the letter. Where it does not, the entry is out of date: out_of_date.
"""
import dataclasses
import pathlib
import re


class out_of_date(Exception):
    """An entry that cannot be read or applied; the message names it and says why."""


@dataclasses.dataclass
class place:
    file: str
    old: str = ""
    new: str = ""


@dataclasses.dataclass
class mutation:
    name: str
    why: str = ""
    detectors: tuple = ()
    places: list = dataclasses.field(default_factory=list)

    def files(self):
        return sorted({p.file for p in self.places})

    def apply(self, text_of):
        """{file: its text with the bug in it}; text_of(file) gives it without."""
        changed = {}
        for p in self.places:
            if p.file not in changed:
                try:
                    changed[p.file] = text_of(p.file)
                except OSError:
                    raise out_of_date(f"{self.name}: there is no {p.file}") from None
            text = changed[p.file]
            at = [match.start() for match in re.finditer(f"^(?={re.escape(p.old)})", text, re.MULTILINE)]
            if len(at) != 1:
                raise out_of_date(f"{self.name}: matches {len(at)} places of {p.file}, not one; it looks for:\n{p.old}")
            changed[p.file] = text[:at[0]] + p.new + text[at[0] + len(p.old):]
        return changed


def parse(text, source):
    """The entries of one file of the list."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{source}:{number}"
        at = found[-1] if found else None
        if line.startswith("== "):
            found.append(mutation(line[3:].strip()))
            if not re.fullmatch(r"[a-z][a-z0-9_]*", found[-1].name):
                raise out_of_date(f"{where}: a name is of small letters, digits and '_'")
        elif line.startswith("-- ") and at:
            at.places.append(place(line[3:].strip()))
        elif at and at.places and line[:1] in (" ", "-", "+") and line:
            if line[0] != "+":
                at.places[-1].old += line[1:] + "\n"
            if line[0] != "-":
                at.places[-1].new += line[1:] + "\n"
        elif not line.strip() or line.startswith("#"):
            continue
        elif at and not at.places and line.startswith("by: "):
            at.detectors = tuple(line[4:].split())
        elif at and not at.places:
            at.why += (" " if at.why else "") + line.strip()
        else:
            raise out_of_date(f"{where}: neither an entry nor a part of one")
    for m in found:
        if not m.why or not m.places or any(p.old == p.new or not p.old for p in m.places):
            raise out_of_date(f"{source}: {m.name}: an entry says why, where, and what changes")
    return found


def read_all():
    """All entries, in the order of the list."""
    found = []
    for path in sorted(pathlib.Path(__file__).resolve().parent.glob("*.txt")):
        found += parse(path.read_text(encoding="utf-8"), path.name)
    names = [m.name for m in found]
    for name in names:
        if names.count(name) > 1:
            raise out_of_date(f"{name} is there twice")
    return found
