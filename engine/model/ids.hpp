// Names of streams and events: UUIDv7 (RFC 9562), so that ids rise with time and inserts into an index stay cheap.
// Time and randomness are passed in: this header is pure.
#pragma once

#include "engine/base/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

// Identifies one stream: one VM, one contract. The text form is the only form: 36 characters, lower case.
struct stream_id {
    std::string text;

    friend auto operator<=>(const stream_id&, const stream_id&) = default;
};

using random_bytes = std::array<std::uint8_t, 10>;

// "0193…-…-7…": `at` in the first 48 bits, `random` in the rest.
std::string uuid_v7(timestamp at, const random_bytes& random);

// When such an id was made, to the millisecond; none: it is no id.
std::optional<timestamp> uuid_time(std::string_view id);

// 16 bytes in the form of RFC 9562: "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx".
std::string uuid_text(const std::array<std::uint8_t, 16>& bytes);

bool is_uuid(std::string_view text);

// The last eight characters of the id: random bits, so two streams of the same millisecond differ. Used in server names.
std::string short_id(const stream_id& id);

}  // namespace slipway
