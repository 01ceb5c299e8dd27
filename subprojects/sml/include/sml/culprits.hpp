// The names a failed check wants to see in the compiler's message, as one template argument.
//
// GCC prints such an argument as text, `broken::shadowed_row<text<17>{"failed + retried"}>`; clang 14
// prints character codes. Up to eight culprits are listed, so that one build shows most of what to mend.
#pragma once

#include "sml/text.hpp"

namespace sml_v1::detail {

struct culprits {
    struct item {
        std::string_view first, second;  // "first", or "first + second"
    };
    static constexpr std::size_t shown = 8;
    item items[shown]{};
    std::size_t count = 0;

    constexpr void add(std::string_view first, std::string_view second = {}) {
        if (count < shown) items[count] = {first, second};
        ++count;
    }

    // Calls put(char) for each character of the message.
    template <class Put>
    constexpr void spell(Put put) const {
        auto say = [&](std::string_view s) {
            for (char c : s) put(c);
        };
        for (std::size_t i = 0; i < count && i < shown; ++i) {
            if (i > 0) say(", ");
            say(items[i].first);
            if (!items[i].second.empty()) say(" + "), say(items[i].second);
        }
        if (count > shown) say(", ...");
    }
    constexpr std::size_t length() const {
        std::size_t n = 0;
        spell([&](char) { ++n; });
        return n;
    }
};

template <const culprits& Found>
constexpr auto spell() {
    text<Found.length() + 1> all;
    std::size_t at = 0;
    Found.spell([&](char c) { all.chars[at++] = c; });
    return all;
}

}  // namespace sml_v1::detail
