"""Writes a C++ file that holds a store's migrations: embed_migrations.py OUTPUT HEADER FILE.sql…

HEADER is the one that declares migrations(), adapters/STORE/….hpp.
"""

import os
import re
import sys

output, header, files = sys.argv[1], sys.argv[2], sorted(sys.argv[3:], key=os.path.basename)
store = header.split("/")[1]
with open(output, "w", encoding="utf-8") as out:
    out.write(f'// Generated from schema/{store} by embed_migrations.py.\n#include "{header}"\n\n')
    out.write(f"namespace slipway::{store} {{\n\n")
    out.write("std::span<const migration> migrations() {\n")
    out.write("    static constexpr migration all[] = {\n")
    for number, path in enumerate(files, start=1):
        name = os.path.basename(path)
        if not re.fullmatch(r"%04d_[a-z0-9_]+\.sql" % number, name):
            sys.exit(f"{name}: migrations are numbered 0001_name.sql, 0002_name.sql … without a gap")
        with open(path, encoding="utf-8") as sql:
            out.write(f'        {{{number}, "{name[:-4]}", R"~sql~({sql.read()})~sql~"}},\n')
    out.write("    };\n    return all;\n}\n\n")
    out.write(f"}}  // namespace slipway::{store}\n")
