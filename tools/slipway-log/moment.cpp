#include "tools/slipway-log/moment.hpp"

#include "tools/slipway-log/layout.hpp"

#include <charconv>

namespace slipway::inspection {

std::optional<moment> parse_moment(std::string_view text) {
    std::uint64_t version = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (failed == std::errc{} && end == text.data() + text.size()) return moment{version, {}};
    const auto time = parse_rfc3339(text);
    if (!time) return {};
    return moment{{}, *time};
}

result<void> go_back(std::vector<event_record>& records, const std::string& at) {
    const auto until = parse_moment(at);
    if (!until)
        return make_error(error_kind::usage,
                          "--at takes a version (7) or a time (2026-11-20T14:46:00Z), not \"" + printable(at) + "\".");
    const std::uint64_t newest = records.empty() ? 0 : records.back().version;
    if (until->version.value_or(0) > newest)
        return make_error(error_kind::not_found, "there is no version " + printable(at) + ": the newest is " +
                                                     std::to_string(newest) + ".");
    std::erase_if(records, [&](const event_record& r) { return !until->includes(r); });
    if (records.empty())
        return make_error(error_kind::not_found, "the stream had no events yet at " + printable(at) + ".");
    return {};
}

}  // namespace slipway::inspection
