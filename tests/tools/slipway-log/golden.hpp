// What a verb prints, held against a file in golden/. After a wanted change:
//   SLIPWAY_WRITE_GOLDENS=1 meson test -C build slipway-log
// writes the files anew; the difference is for a person to read.
#pragma once

#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace slipway::test {

// What the machine makes of the events (their data, the hashes, the table's fingerprint) is for other tests to hold to;
// here it would only make every change of the machine touch every line.
inline std::string form_of(const std::string& json_lines) {
    std::istringstream in(json_lines);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        auto document = nlohmann::ordered_json::parse(line);
        for (const char* member : {"data", "hash", "definition", "key_fingerprint"})
            if (document.contains(member)) document[member] = "…";
        out += document.dump() + "\n";
    }
    return out;
}

inline void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(GOLDEN_DIRECTORY) + "/" + name;
    const std::string actual = name.ends_with(".json") ? form_of(text) : text;
    if (std::getenv("SLIPWAY_WRITE_GOLDENS") != nullptr) std::ofstream(path, std::ios::binary) << actual;
    const std::string expected = text_of_file(path);
    INFO(name);
    CHECK(actual == expected);
}

}  // namespace slipway::test
