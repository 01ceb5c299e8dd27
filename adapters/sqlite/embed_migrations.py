"""Writes a C++ file that holds the migrations of schema/sqlite: embed_migrations.py OUTPUT FILE.sql…"""

import os
import re
import sys

output, files = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
with open(output, "w", encoding="utf-8") as out:
    out.write('// Generated from schema/sqlite by embed_migrations.py.\n#include "adapters/sqlite/migrations.hpp"\n\n')
    out.write("namespace slipway::sqlite {\n\nstd::span<const migration> migrations() {\n")
    out.write("    static constexpr migration all[] = {\n")
    for number, path in enumerate(files, start=1):
        name = os.path.basename(path)
        if not re.fullmatch(r"%04d_[a-z0-9_]+\.sql" % number, name):
            sys.exit(f"{name}: migrations are numbered 0001_name.sql, 0002_name.sql … without a gap")
        with open(path, encoding="utf-8") as sql:
            out.write(f'        {{{number}, "{name[:-4]}", R"~sql~({sql.read()})~sql~"}},\n')
    out.write("    };\n    return all;\n}\n\n}  // namespace slipway::sqlite\n")
