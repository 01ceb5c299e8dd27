#include "engine/base/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace slipway {

namespace {

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string to_http_date(timestamp t) {
    using namespace std::chrono;
    const auto second = floor<seconds>(sys_time<milliseconds>{milliseconds{t.ms}});
    const auto day = floor<days>(second);
    const year_month_day date{day};
    const hh_mm_ss clock{second - day};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  weekdays[weekday{day}.c_encoding()].data(), static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::optional<timestamp> parse_http_date(std::string_view text) {
    if (text.size() != 29) return std::nullopt;
    const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
    if (month == months.end()) return std::nullopt;
    const auto number = std::to_string(101 + (month - months.begin())).substr(1);  // two digits
    const auto read = parse_rfc3339(std::string(text.substr(12, 4)) + "-" + number + "-" +
                                    std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) + "Z");
    if (!read || to_http_date(*read) != text) return std::nullopt;  // a wrong day of the week, something in between
    return read;
}

}  // namespace slipway
