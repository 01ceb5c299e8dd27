// The hash chain of a stream: every record's hash covers the record and the hash before it, so that no record can be
// changed, dropped or moved without every later hash being wrong. Used by the stores when they append and by
// slipway-log when it verifies. The exact bytes are in schema/FORMAT.md. Any thread; no state.
#pragma once

#include "engine/model/record.hpp"
#include "engine/ports/event_log.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// What stands for the previous hash of a stream's first record: 64 zeros.
inline constexpr std::string_view first_previous_hash =
    "0000000000000000000000000000000000000000000000000000000000000000";

// 64 lower-case hex digits: SHA-256(previous_hash as 64 hex digits ‖ hash_input(record)). record.hash is not looked at.
// Throws std::runtime_error where OpenSSL cannot provide SHA-256 (a broken installation).
std::string chain_hash(std::string_view previous_hash, const event_record& record);

// The records that an append stores, with versions and hashes and without seq. `previous_hash`: of the stream's last record.
std::vector<event_record> chained_records(const append_request& request, std::string previous_hash);

}  // namespace slipway
