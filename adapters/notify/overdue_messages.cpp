#include "adapters/notify/overdue_messages.hpp"

#include "adapters/notify/message_text.hpp"
#include "engine/base/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace slipway::notify {

namespace {

constexpr std::size_t most = 20;  // each with all that is known of it

std::string plain(std::string state) {
    std::replace(state.begin(), state.end(), '_', ' ');
    return state;
}

// Where it should go, or there already.
bool is_on_the_way(const std::string& state) {
    constexpr std::array ends{"cleaning_up", "failed", "terminating", "termination_failed", "terminated"};
    return !state.empty() && std::find(ends.begin(), ends.end(), state) == ends.end();
}

// Of an end that took too long, to be gone is the good news.
bool goes_well(const service::overdue_news::one& one) {
    return is_on_the_way(one.now) || (one.alert.state == "terminating" && one.now == "terminated");
}

std::string subject(const service::overdue_news& news) {
    const std::string first = one_line(news.about.front().alert.name, 80);
    const std::size_t count = news.about.size();
    const std::string who = count == 1 ? "Contract " + first : fmt::format("{} contracts", count);
    const std::string_view are = count == 1 ? "is" : "are";
    std::string text;
    if (!news.over)
        text = fmt::format("{} {} overdue: {}", who, are,
                           count == 1 ? plain(news.about.front().alert.state) + " for longer than usual"
                                      : first + " and others take longer than usual");
    else if (std::all_of(news.about.begin(), news.about.end(), goes_well))
        text = fmt::format("{} {} on {} way again", who, are, count == 1 ? "its" : "their");
    else
        text = fmt::format("{} {} overdue no more", who, are);
    if (news.over && count == 1) text += ": " + plain(news.about.front().now.empty() ? "gone" : news.about.front().now);
    return one_line("[slipway] " + text, 200);
}

std::string about(const service::overdue_alert& alert) {
    std::string out;
    for (const std::string& sentence : alert.why) out += one_line(sentence, 1000) + "\n";
    if (!alert.to_do.empty()) out += "What to do: " + one_line(alert.to_do, 1000) + "\n";
    return out + fmt::format("Contract:  {}\nState:     {}, since {}\nStream:    {}\n", one_line(alert.name, 200), alert.state,
                             to_rfc3339(alert.since), one_line(alert.stream.text, 60));
}

}  // namespace

message tell(const service::overdue_news& news) {
    message out;
    out.subject = subject(news);
    const std::size_t shown = std::min(news.about.size(), most);
    for (std::size_t i = 0; i < shown; ++i) {
        const service::overdue_news::one& one = news.about[i];
        if (news.over)
            out.body += fmt::format("Contract {} had been {} for longer than usual; now it is {}.\n", one_line(one.alert.name, 200),
                                    plain(one.alert.state), plain(one.now.empty() ? "gone" : one.now));
        else
            out.body += about(one.alert) + "\n";
    }
    if (news.about.size() > shown) out.body += fmt::format("And {} more.\n", news.about.size() - shown);
    if (!news.over)
        out.body += "Nothing was deleted. There is another message when that is over, and none before.\n";
    return out;
}

}  // namespace slipway::notify
