// Wall-clock instants as the log stores them: milliseconds since 1970-01-01T00:00:00Z. Shown to people and used for due
// times; never used to order events (that is (stream, version)).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

struct timestamp {
    std::int64_t ms = 0;  // UTC, Unix epoch

    friend constexpr auto operator<=>(timestamp, timestamp) = default;
    friend constexpr timestamp operator+(timestamp t, std::chrono::milliseconds d) { return {t.ms + d.count()}; }
    friend constexpr std::chrono::milliseconds operator-(timestamp a, timestamp b) {
        return std::chrono::milliseconds{a.ms - b.ms};
    }
};

// RFC 3339, UTC, always with milliseconds: 2026-11-20T14:46:00.123Z
std::string to_rfc3339(timestamp t);
// Accepts what to_rfc3339 writes, also without or with more fractional digits, and with an offset instead of Z.
std::optional<timestamp> parse_rfc3339(std::string_view text);

}  // namespace slipway
