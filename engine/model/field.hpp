// How a struct tells the codec its members: each has a `fields`, a tuple of these. Pure.
#pragma once

#include <string_view>

namespace slipway {

// Names a member for the codec: field("key_id", &key_created::key_id).
template <class Owner, class Value>
struct field {
    std::string_view name;
    Value Owner::*member;
    constexpr field(std::string_view n, Value Owner::*m) : name(n), member(m) {}
};

// One that earlier releases did not have: where it is missing it has its default, and a default is not written.
template <class Owner, class Value>
struct later_field : field<Owner, Value> {
    static constexpr bool is_later = true;
    constexpr later_field(std::string_view n, Value Owner::*m) : field<Owner, Value>(n, m) {}
};

}  // namespace slipway
