// The lines of an exported log: a header, then the records as slipway-log events --json prints them. The text of `data`
// is byte for byte what was hashed; where that has several lines, "data_text" beside it is. Pure.
//
// Nearly all records are plain: their texts need no escapes, and their data is written as slipway writes it. Their lines are put
// together and taken apart here, without the JSON library; all others are its work.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/record.hpp"

#include <string>
#include <string_view>

namespace slipway::inspection::export_format {

// {"slipway_export":1,"install_id":"…","created_at":"…","events":46}
inline constexpr const char* marker = "slipway_export";
inline constexpr int version = 1;

struct header {
    std::string install_id, created_at;
    std::uint64_t events = 0;
};

result<header> read_header(std::string_view line);

std::string line_of(const event_record& record);
// With its end, behind what is there. False where the line does not give the record back: JSON cannot hold it. Data that is
// valid JSON of a type that is known is not decoded: what else may be wrong with it, slipway-log verify says.
bool append_line(std::string& to, const event_record& record);
// Says what is wrong with it; whether the hash is right is not looked at.
result<event_record> read_line(std::string_view line);
result<void> read_line(std::string_view line, event_record& into);  // the memory of which is used again

}  // namespace slipway::inspection::export_format
