#include "tools/slipway-log/export_format.hpp"

#include "engine/base/json_text.hpp"
#include "engine/model/record_line.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace slipway::inspection::export_format {

namespace {

using nlohmann::ordered_json;

error wrong(const std::string& what) {
    return make_error(error_kind::corrupt, what);
}

// The text of the member "data" in `line`, which is a valid JSON object: parsing it and printing it again might write
// the same numbers and strings with other bytes.
std::string_view data_in(std::string_view line) {
    std::size_t depth = 0, name_from = 0, value_from = 0;
    std::string_view name;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"') {
            name_from = i + 1;
            while (line[++i] != '"')
                if (line[i] == '\\') ++i;
            if (depth == 1 && value_from == 0) name = line.substr(name_from, i - name_from);
        } else if (c == ':' && depth == 1) {
            value_from = i + 1;
        } else if ((c == ',' && depth == 1) || (c == '}' && depth == 1)) {
            if (name == "data") return line.substr(value_from, i - value_from);
            value_from = 0;
        } else if (c == '{' || c == '[') {
            ++depth;
        }
        if (c == '}' || c == ']') --depth;
    }
    return {};
}

struct members {
    const ordered_json& of;
    std::string bad;

    std::string text(const char* name) {
        const auto it = of.find(name);
        if (it != of.end() && it->is_string()) return it->get<std::string>();
        if (bad.empty()) bad = name;
        return {};
    }
    std::uint64_t number(const char* name) {
        const auto it = of.find(name);
        if (it != of.end() && it->is_number_unsigned()) return it->get<std::uint64_t>();
        if (bad.empty()) bad = name;
        return 0;
    }
};

}  // namespace

result<header> read_header(std::string_view line) {
    const auto document = ordered_json::parse(line, nullptr, false);
    if (!only_json(line) || !document.is_object() || !document.contains(marker))
        return wrong("it is not the header that slipway-log export writes");
    members in{document, {}};
    header found;
    if (in.number(marker) != version)
        return wrong("the export is of another version than " + std::to_string(version) + ": use a newer slipway");
    found.install_id = in.text("install_id");
    found.created_at = in.text("created_at");
    found.events = in.number("events");
    if (!in.bad.empty()) return wrong("the header's \"" + in.bad + "\" is missing or of the wrong kind");
    return found;
}

std::string line_of(const event_record& record) {
    if (record.data.find_first_of("\r\n") == std::string::npos) return record_line(record);
    ordered_json more;
    more["data_text"] = record.data;
    return record_line(record, more.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

result<event_record> read_line(std::string_view line) {
    const auto document = ordered_json::parse(line, nullptr, false);
    if (document.is_discarded() || !only_json(line)) return wrong("it is not JSON");
    if (!document.is_object()) return wrong("it is not a JSON object");
    members in{document, {}};
    event_record r;
    r.seq = in.number("seq");
    r.stream.text = in.text("stream");
    r.kind = in.text("kind");
    r.version = in.number("version");
    r.type = in.text("type");
    const std::uint64_t schema_version = in.number("schema_version");
    r.event_id = in.text("event_id");
    const auto at = parse_rfc3339(in.text("at"));
    r.actor = in.text("actor");
    r.command_id = in.text("command_id");
    r.hash = in.text("hash");
    if (!in.bad.empty()) return wrong("\"" + in.bad + "\" is missing or of the wrong kind");
    if (!at) return wrong("\"at\" is not a time");
    if (schema_version > std::numeric_limits<int>::max()) return wrong("\"schema_version\" is too large");
    r.at = *at;
    r.schema_version = static_cast<int>(schema_version);
    r.data = document.contains("data_text") ? in.text("data_text") : std::string(data_in(line));
    if (!in.bad.empty() || r.data.empty()) return wrong("\"data\" is missing");
    return r;
}

}  // namespace slipway::inspection::export_format
