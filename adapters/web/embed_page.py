"""Writes a C++ file that holds the web page's files: embed_page.py OUTPUT FILE…"""

import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml"}
PIECE = 8000  # compilers have limits for one literal

output, *sources = sys.argv[1:]
entries = []
for source in sorted(sources):
    with open(source, "rb") as file:
        content = file.read()
    name = os.path.basename(source)
    text = content.decode("utf-8")
    assert ')~page~"' not in text, source
    pieces = []
    while text:
        pieces.append(f'R"~page~({text[:PIECE]})~page~"')
        text = text[PIECE:]
    path = "/" if name == "index.html" else "/web/" + name
    tag = hashlib.sha256(content).hexdigest()[:32]
    joined = "\n         ".join(pieces)
    entries.append(f'        {{"{path}", "{TYPES[os.path.splitext(name)[1]]}", "\\"{tag}\\"",\n         {joined}}},\n')
with open(output, "w", encoding="utf-8") as out:
    out.write('// Generated from adapters/web/page by embed_page.py.\n#include "adapters/web/page_files.hpp"\n\n#include <array>\n\n'
              "namespace slipway::web {\n\nstd::span<const page_file> page_files() {\n"
              f"    static constexpr std::array<page_file, {len(entries)}> files{{{{\n")
    out.writelines(entries)
    out.write("    }};\n    return files;\n}\n\n}  // namespace slipway::web\n")
