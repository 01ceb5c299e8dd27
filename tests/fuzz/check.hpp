// What every fuzz target has: the entry point that libFuzzer or driver.cpp calls with any bytes, and a check that ends
// the process, for that is how both are told. A target keeps nothing from one input to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace slipway::fuzz {

// `rule` is a sentence that holds for every input; `shown` is what it does not hold for.
inline void check(bool holds, std::string_view rule, std::string_view shown = {}) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %.*s\n%.*s\n", static_cast<int>(rule.size()), rule.data(),
                 static_cast<int>(shown.size()), shown.data());
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return size == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

// Up to `mark`, which is taken away as well, or all that is left.
inline std::string_view take_until(std::string_view& rest, char mark) {
    const auto end = rest.find(mark);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

}  // namespace slipway::fuzz
