"""Writes a C++ file that holds an OpenAPI document as JSON: embed_openapi.py OUTPUT FILE.yaml"""

import json
import sys

import yaml

output, source = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    text = json.dumps(yaml.safe_load(file), separators=(",", ":"))  # ASCII
PIECE = 8000  # compilers have limits for one literal
pieces = [text[i:i + PIECE] for i in range(0, len(text), PIECE)]
with open(output, "w", encoding="utf-8") as out:
    out.write('// Generated from schema/openapi.yaml by embed_openapi.py.\n#include "adapters/api/openapi.hpp"\n\n')
    out.write("namespace slipway::api {\n\nconst std::string& openapi_json() {\n    static const std::string text = [] {\n")
    out.write("        std::string all;\n")
    for piece in pieces:
        assert ')~json~"' not in piece
        out.write(f'        all += R"~json~({piece})~json~";\n')
    out.write("        return all;\n    }();\n    return text;\n}\n\n}  // namespace slipway::api\n")
