"""Headers that the build itself has proven to compile on their own.

A unit that begins with a header has compiled it with nothing before it; and where that header begins with another one,
that one too. Most headers are the first include of their own .cpp, so that few are left for a compiler run of their own.
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


def by_the_build(project):
    """The headers, as paths relative to the root."""
    found = set()
    for source, flags in project.sources.items():
        begins, current = [], project.root / source
        while (current := first_include(project, current, flags)) and current not in begins:
            begins.append(current)
        if any(header not in found for header in begins) and is_up_to_date(project, source, flags):
            found.update(begins)
    return {header.relative_to(project.root).as_posix() for header in found}
