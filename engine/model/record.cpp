#include "engine/model/record.hpp"

namespace slipway {

namespace {

void put(std::string& out, std::string_view field) {
    out += std::to_string(field.size());
    out += ':';
    out += field;
}

}  // namespace

std::string hash_input(const event_record& r) {
    std::string out;
    out.reserve(r.data.size() + 256);
    put(out, r.stream.text);
    put(out, r.kind);
    put(out, std::to_string(r.version));
    put(out, r.type);
    put(out, std::to_string(r.schema_version));
    put(out, r.event_id);
    put(out, to_rfc3339(r.at));
    put(out, r.actor);
    put(out, r.command_id);
    put(out, r.data);
    return out;
}

}  // namespace slipway
