#include "engine/model/record_line.hpp"

#include "engine/model/codec.hpp"
#include "engine/base/json_text.hpp"

#include <nlohmann/json.hpp>

namespace slipway {

namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& document) {
    return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string record_line(const event_record& record, std::string_view more) {
    ordered_json line = ordered_json::object();
    line["seq"] = record.seq;
    line["stream"] = record.stream.text;
    line["kind"] = record.kind;
    line["version"] = record.version;
    line["type"] = record.type;
    line["schema_version"] = record.schema_version;
    line["event_id"] = record.event_id;
    line["at"] = to_rfc3339(record.at);
    line["actor"] = record.actor;
    line["command_id"] = record.command_id;
    ordered_json rest = ordered_json::object();
    rest["hash"] = record.hash;

    std::string text = dump(line);
    text.back() = ',';
    text += "\"data\":";
    if (!only_json(record.data) || !ordered_json::accept(record.data)) {
        text += dump(record.data);
        rest["undecodable"] = "data is not JSON";
    } else {
        // In JSON a line's end stands between two words only: a blank means the same. Parsing and printing it anew
        // would end the program where it is nested deeply enough.
        for (const char c : record.data) text += c == '\n' || c == '\r' ? ' ' : c;
        const auto decoded = decode(record.type, record.schema_version, record.data);
        if (!decoded) rest["undecodable"] = decoded.error().message;
    }
    const std::string last = dump(rest);
    text += ',';
    text.append(last, 1);
    if (more.size() > 2) {
        text.back() = ',';
        text += more.substr(1);
    }
    return text;
}

}  // namespace slipway
