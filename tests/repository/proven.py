"""Headers that the build itself has proven to compile on their own.

A unit that begins with a header has compiled it with nothing before it; and where that header begins with another one,
that one too. Most headers are the first include of their own .cpp; those whose .cpp is the first of its unit, and what
they begin with, need no compiler run of their own.
A unit proves something only while its object is newer than all it was made of, which is what ninja goes by as well.
"""
import pathlib
import re

# Nothing that the compiler sees may come before: comments and "#pragma once" it does not.
_FIRST = re.compile(r'(?:\s|//[^\n]*\n|/\*.*?\*/|#[ \t]*pragma[ \t]+once\b[^\n]*\n)*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]',
                    re.DOTALL)


def first_include(project, path, flags):
    """The file of the checkout or the build directory that is included before anything else, or None."""
    match = _FIRST.match(project.text(path))
    if not match:
        return None
    directories = [path.parent] if match[1] == '"' else []
    for directory in directories + [pathlib.Path(f[2:]) for f in flags if f.startswith("-I")]:
        candidate = (directory / match[2]).resolve()
        if candidate.is_file():
            return candidate if candidate.is_relative_to(project.root) else None
    return None


def is_up_to_date(project, source, flags):
    try:
        made = project.objects[source].stat().st_mtime
        return all(file.stat().st_mtime <= made for file in project.closure(project.root / source, flags))
    except (KeyError, OSError):
        return False


def beginnings(project, file, flags):
    """The headers that a file begins with: its first include, what that one includes first, and so on; from the root."""
    begins, current = [], project.root / file
    while (current := first_include(project, current, flags)) and current not in begins:
        begins.append(current)
    return [header.relative_to(project.root).as_posix() for header in begins]


def by_the_build(project):
    """The headers, as paths relative to the root."""
    found = set()
    for source, flags in project.sources.items():
        begins = beginnings(project, source, flags)
        if any(header not in found for header in begins) and is_up_to_date(project, source, flags):
            found.update(begins)
    return found


def by_each_other(project, headers):
    """Those of these headers that another one of them begins with: where that one compiles on its own, so do they."""
    return {begun for header in headers for begun in beginnings(project, header, project.flags_for(header))} & set(headers)
