// One event in a few words, and heads as JSON. Pure.
#pragma once

#include "engine/model/record.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace slipway::inspection {

// "create_server, attempt 2, as web1 (cx23 in nbg1)". Data that cannot be decoded is shown as it is, with the reason.
// Printable, one line.
std::string details_of(const event_record& record);

// The head as list and show print it.
nlohmann::ordered_json head_json(const stream_head& head);

// JSON text whatever the strings in it hold: bytes that are not UTF-8 are replaced.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace slipway::inspection
