#include "engine/runtime/hash_chain.hpp"

#include "engine/base/digest.hpp"

#include <utility>

namespace slipway {

std::string chain_hash(std::string_view previous_hash, const event_record& record) {
    return hex(sha256(previous_hash, hash_input(record)));
}

std::vector<event_record> chained_records(const append_request& request, std::string previous_hash) {
    std::vector<event_record> records;
    records.reserve(request.events.size());
    for (const new_event& event : request.events) {
        event_record record;
        record.stream = request.head.stream;
        record.kind = request.head.kind;
        record.version = request.expected_version + records.size() + 1;
        record.type = event.type;
        record.schema_version = event.schema_version;
        record.event_id = event.event_id;
        record.at = event.at;
        record.actor = event.actor;
        record.command_id = event.command_id;
        record.data = event.data;
        record.hash = previous_hash = chain_hash(previous_hash, record);
        records.push_back(std::move(record));
    }
    return records;
}

}  // namespace slipway
