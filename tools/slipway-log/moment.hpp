// A place in a stream's life, as people write it: a version or a time. Pure.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::inspection {

struct moment {
    std::optional<std::uint64_t> version;
    timestamp time;  // where there is no version

    bool includes(const event_record& r) const { return version ? r.version <= *version : r.at <= time; }
};

// "7" or "2026-11-20T14:46:00Z".
std::optional<moment> parse_moment(std::string_view text);

// Drops what came after `at`. not_found where nothing is left, and for a version that is not there yet.
result<void> go_back(std::vector<event_record>& records, const std::string& at);

}  // namespace slipway::inspection
