// One event in a few words, and its record as a line of JSON. Pure.
#pragma once

#include "engine/model/record.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace slipway::inspection {

// "create_server, attempt 2, as web1 (cx23 in nbg1)". Data that cannot be decoded is shown as it is, with the reason.
// Printable, one line.
std::string details_of(const event_record& record);

// Why the data of this record cannot be decoded; nothing where it can.
std::optional<std::string> undecodable(const event_record& record);

// The record as one line of JSON (without the line's end), `extra` behind its own members. `data` is the very text that
// was hashed, where it is valid JSON on one line; a string with an "undecodable" beside it where it is no JSON at all.
std::string json_line(const event_record& record,
                      const nlohmann::ordered_json& extra = nlohmann::ordered_json::object());

// The head as list and show print it.
nlohmann::ordered_json head_json(const stream_head& head);

// JSON text whatever the strings in it hold: bytes that are not UTF-8 are replaced.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace slipway::inspection
