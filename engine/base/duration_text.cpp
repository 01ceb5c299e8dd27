#include "engine/base/duration_text.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace slipway {

namespace {

std::string formatted(const char* format, auto... values) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

}  // namespace

std::string duration_text(std::chrono::milliseconds d) {
    const long long ms = d.count();
    const std::string sign = ms < 0 ? "-" : "+";  // a clock may have been set back between two events
    const long long size = std::llabs(ms), s = size / 1000;
    if (s < 10) return sign + formatted("%lld.%03llds", s, size % 1000);
    if (s < 120) return sign + formatted("%lld.%llds", s, size % 1000 / 100);
    if (s < 7200) return sign + formatted("%lldm%02llds", s / 60, s % 60);
    if (s < 172'800) return sign + formatted("%lldh%02lldm", s / 3600, s / 60 % 60);
    return sign + formatted("%lldd%02lldh", s / 86'400, s / 3600 % 24);
}

}  // namespace slipway
