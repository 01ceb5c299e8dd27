#include "engine/base/time.hpp"

#include <array>
#include <cstdio>

namespace slipway {

namespace {

// Every record's hash and every line of an export has one: the library's formatting would take most of their time.
std::string four_digit_year(const std::chrono::year_month_day& date,
                            const std::chrono::hh_mm_ss<std::chrono::milliseconds>& clock) {
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t last, auto value) {
        for (auto left = static_cast<unsigned>(value); left > 0; left /= 10) text[last--] = static_cast<char>('0' + left % 10);
    };
    put(3, static_cast<int>(date.year()));
    put(6, static_cast<unsigned>(date.month()));
    put(9, static_cast<unsigned>(date.day()));
    put(12, clock.hours().count());
    put(15, clock.minutes().count());
    put(18, clock.seconds().count());
    put(22, clock.subseconds().count());
    return text;
}

}  // namespace

std::string to_rfc3339(timestamp t) {
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds{t.ms}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss clock{point - day};
    if (date.year() >= year{0} && date.year() <= year{9999}) return four_digit_year(date, clock);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

namespace {

// Reads exactly `width` digits and moves past them; -1 where there are none.
int digits(std::string_view& in, std::size_t width) {
    if (in.size() < width) return -1;
    int value = 0;
    for (char c : in.substr(0, width)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    in.remove_prefix(width);
    return value;
}

bool literal(std::string_view& in, char a, char b) {
    if (in.empty() || (in.front() != a && in.front() != b)) return false;
    in.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<timestamp> parse_rfc3339(std::string_view in) {
    using namespace std::chrono;
    const int y = digits(in, 4);
    if (y < 0 || !literal(in, '-', '-')) return {};
    const int mo = digits(in, 2);
    if (mo < 0 || !literal(in, '-', '-')) return {};
    const int d = digits(in, 2);
    if (d < 0 || !literal(in, 'T', 't')) return {};
    const int h = digits(in, 2);
    if (h < 0 || !literal(in, ':', ':')) return {};
    const int mi = digits(in, 2);
    if (mi < 0 || !literal(in, ':', ':')) return {};
    const int s = digits(in, 2);
    if (s < 0 || h > 23 || mi > 59 || s > 60) return {};
    std::int64_t ms = 0;
    if (literal(in, '.', '.')) {
        int scale = 100;
        bool any = false;
        while (!in.empty() && in.front() >= '0' && in.front() <= '9') {
            ms += (in.front() - '0') * scale;
            scale /= 10;
            any = true;
            in.remove_prefix(1);
        }
        if (!any) return {};
    }
    std::int64_t offset_minutes = 0;
    if (!literal(in, 'Z', 'z')) {
        if (in.empty() || (in.front() != '+' && in.front() != '-')) return {};
        const int sign = in.front() == '-' ? -1 : 1;
        in.remove_prefix(1);
        const int oh = digits(in, 2);
        if (oh < 0 || !literal(in, ':', ':')) return {};
        const int om = digits(in, 2);
        if (om < 0 || oh > 23 || om > 59) return {};
        offset_minutes = sign * (oh * 60 + om);
    }
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!in.empty() || !date.ok()) return {};
    const auto point = sys_days{date} + hours{h} + minutes{mi} + seconds{s} - minutes{offset_minutes};
    const timestamp read{duration_cast<milliseconds>(point.time_since_epoch()).count() + ms};
    // Its offset may have taken it out of the years that can be written with four digits, and so be read again.
    constexpr timestamp first{-62'167'219'200'000}, last{253'402'300'799'999};
    if (read < first || last < read) return {};
    return read;
}

}  // namespace slipway
