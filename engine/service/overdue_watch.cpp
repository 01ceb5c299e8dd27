#include "engine/service/overdue_watch.hpp"

#include "engine/base/digest.hpp"
#include "engine/service/overdue.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace slipway::service {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr milliseconds longest_pause = seconds{15}, shortest_pause = seconds{1};
constexpr milliseconds longest_settling = minutes{2};
constexpr milliseconds between_looks = minutes{15};  // for what was not heard
constexpr std::size_t most_judged = 200;             // at once: each reads a stream

constexpr std::array under_way{"accepted", "key_created", "server_created", "ssh_ready",
                               "recipe_run", "cleaning_up", "terminating"};

// What led to the state in which a stream is met is among these records.
bool tells_of_the_beginning(const std::vector<event_record>& records) { return records.front().version == 1; }

std::string in_words(const overdue_alert& alert) {
    std::string text;
    for (const std::string& sentence : alert.why) text += (text.empty() ? "" : " ") + sentence;
    return text + (alert.to_do.empty() ? "" : " What to do: " + alert.to_do);
}

std::string id_of(const std::vector<overdue_news::one>& about, bool over) {
    std::vector<std::string> all;
    for (const auto& one : about) all.push_back(one.alert.stream.text + " " + std::to_string(one.alert.since.ms));
    std::sort(all.begin(), all.end());
    std::string together;
    for (const std::string& each : all) together += each + "\n";
    return (over ? "overdue-over-" : "overdue-") + hex(sha256(together)).substr(0, 32);
}

}  // namespace

overdue_watch::overdue_watch(parts with, milliseconds patience) : with_(std::move(with)), patience_(patience) {}

void overdue_watch::appended(const vm_state& state, const std::vector<event_record>& records) {
    if (state.kind() == audit_kind) return;
    const stream_id& stream = records.front().stream;
    const auto known = followed_.find(stream);
    const bool goes_on = known == followed_.end() || known->second.state != state.state_name();
    if (!goes_on) return;
    const bool was_met = known != followed_.end();
    if (was_met && known->second.raised) {
        more_ = true;
        news_.notify_all();
    }
    if (was_met) followed_.erase(known);
    const auto usual = usual_time(state, patience_);
    if (!usual) return;
    follow one;
    one.state = state.state_name();
    one.usual = *usual;
    one.met = with_.clock.steady();
    one.met_at = with_.clock.now();
    if (was_met || tells_of_the_beginning(records)) one.before = milliseconds{0};
    followed_.emplace(stream, std::move(one));
}

// A process that has just begun, or met a stream of another one's, lets it go on first.
milliseconds overdue_watch::settling() const { return std::min(patience_, longest_settling); }

milliseconds overdue_watch::due(const follow& one) const {
    if (!one.before) return one.met + settling();
    if (*one.before == milliseconds{0}) return one.met + one.usual;
    return one.met + std::max(one.usual - *one.before, settling());
}

awaitable<void> overdue_watch::keep_raising() {
    for (;;) {
        const auto done = co_await raise();
        if (!done) complain(done.error());
        troubled_ = !done;
        co_await with_.clock.sleep(std::clamp(patience_ / 20, shortest_pause, longest_pause));
    }
}

awaitable<void> overdue_watch::keep_telling() {
    for (;;) {
        more_ = false;
        const auto done = co_await tell();
        if (!done) complain(done.error());
        co_await pause();
    }
}

awaitable<void> overdue_watch::pause() {
    using namespace boost::asio::experimental::awaitable_operators;
    if (more_) co_return;
    auto time = with_.clock.sleep(std::clamp(patience_ / 20, shortest_pause, longest_pause));
    auto news = news_.wait();
    co_await (std::move(time) || std::move(news));
}

void overdue_watch::complain(const error& why) {
    if (!troubled_) spdlog::warn("what is overdue cannot be seen at the moment: {}", why.message);
    troubled_ = true;
}

awaitable<result<void>> overdue_watch::raise() {
    const milliseconds now = with_.clock.steady();
    // Who stood still lets others' answers and its own work come in first.
    if (last_ && now - *last_ > longest_pause + settling()) quiet_until_ = now + settling();
    last_ = now;
    if (now < quiet_until_) co_return result<void>{};
    if (!looked_ || now - *looked_ >= between_looks) {
        auto looked = co_await look_for_unheard();
        if (!looked) co_return looked.error();
        looked_ = now;
    }
    std::vector<stream_id> late;
    for (const auto& [stream, one] : followed_)
        if (!one.raised && due(one) <= now && late.size() < most_judged) late.push_back(stream);
    for (const stream_id& stream : late) {
        auto raised = co_await raise_over(stream);
        if (!raised) co_return raised.error();
    }
    co_return result<void>{};
}

awaitable<result<void>> overdue_watch::look_for_unheard() {
    const milliseconds began = with_.clock.steady();
    std::set<stream_id> seen;
    for (const char* state : under_way) {
        head_filter there;
        there.state = state;
        there.live_only = true;
        const auto heads = co_await with_.log.heads(there);
        if (!heads) co_return heads.error();
        const milliseconds now = with_.clock.steady();
        const timestamp at = with_.clock.now();
        for (const stream_head& head : *heads) {
            seen.insert(head.stream);
            const auto known = followed_.find(head.stream);
            if (known != followed_.end() && (known->second.state == head.state || known->second.met >= began)) continue;
            follow one;
            one.state = head.state;
            one.usual = patience_;
            one.met = now;
            one.met_at = at;
            // One that was opened a moment ago need not be read: it cannot have been anywhere for long.
            const auto opened = uuid_time(head.stream.text);
            if (opened && at - *opened < patience_ / 2) one.before = milliseconds{0};
            followed_.insert_or_assign(head.stream, std::move(one));
        }
    }
    std::erase_if(followed_, [&](const auto& one) { return one.second.met < began && !seen.contains(one.first); });
    co_return result<void>{};
}

// What is only known from its head, or was heard of long ago, is read first: it may be somewhere else by now.
awaitable<result<void>> overdue_watch::raise_over(stream_id stream) {
    const auto before = followed_.find(stream);
    if (before == followed_.end()) co_return result<void>{};
    const milliseconds met = before->second.met;
    auto judged = co_await with_.judge(stream);
    const auto found = followed_.find(stream);
    if (found == followed_.end() || found->second.met != met) co_return result<void>{};  // it has gone on meanwhile
    if (!judged && judged.error().kind == error_kind::storage) co_return judged.error();
    if (!judged || !*judged) {  // of a log that makes no sense the engine tells
        followed_.erase(found);
        co_return result<void>{};
    }
    overdue_alert alert = **std::move(judged);
    follow& one = found->second;
    if (one.state != alert.state) {  // by another process
        one.state = alert.state;
        one.met = with_.clock.steady();
        one.met_at = with_.clock.now();
        one.before.reset();
    }
    one.usual = alert.usual;
    if (!one.before) one.before = std::max(one.met_at - alert.since, milliseconds{0});
    if (due(one) > with_.clock.steady()) co_return result<void>{};
    one.raised = true;
    auto added = co_await with_.kept.add(document_of(alert));
    if (!added) {
        if (const auto still = followed_.find(stream); still != followed_.end()) still->second.raised = false;
        co_return added.error();
    }
    if (*added) {
        spdlog::warn("{} {} ({}) is overdue: {}", alert.kind, alert.name, alert.stream.text, in_words(alert));
        more_ = true;
        news_.notify_all();
    }
    co_return result<void>{};
}

awaitable<result<void>> overdue_watch::tell() {
    const auto kept = co_await with_.kept.all(std::string(overdue_kind));
    if (!kept) co_return kept.error();
    std::vector<overdue_news::one> raised, over;
    for (const document& each : *kept) {
        auto alert = alert_of(each);
        if (!alert) {
            auto removed = co_await with_.kept.remove(each.kind, each.id);
            if (!removed) co_return removed.error();
            continue;
        }
        head_filter that;
        that.stream = alert->stream.text;
        const auto head = co_await with_.log.heads(that);
        if (!head) co_return head.error();
        overdue_news::one one;
        one.now = head->empty() ? std::string() : head->front().state;
        const bool lasts = one.now == alert->state;
        const bool is_told = alert->told;
        one.alert = *std::move(alert);
        if (!lasts)
            over.push_back(std::move(one));
        else if (!is_told)
            raised.push_back(std::move(one));
    }
    auto first = co_await pass_on(raised, false);
    if (!first) co_return first.error();
    for (overdue_news::one& one : raised) {
        one.alert.told = true;
        auto noted = co_await with_.kept.put(document_of(one.alert));
        if (!noted) co_return noted.error();
    }
    std::vector<overdue_news::one> heard_of;
    for (const overdue_news::one& one : over)
        if (one.alert.told) heard_of.push_back(one);
    auto second = co_await pass_on(std::move(heard_of), true);
    if (!second) co_return second.error();
    for (const overdue_news::one& one : over) {
        const document gone = document_of(one.alert);
        auto removed = co_await with_.kept.remove(gone.kind, gone.id);
        if (!removed) co_return removed.error();
        spdlog::info("{} {} ({}) is overdue no more: {}", one.alert.kind, one.alert.name, one.alert.stream.text,
                     one.now.empty() ? "gone" : one.now);
    }
    co_return result<void>{};
}

// By provider. Who requested a VM directly waits for it; and that one is held was told when it began to be.
awaitable<result<void>> overdue_watch::pass_on(std::vector<overdue_news::one> about, bool over) {
    if (!with_.tell) co_return result<void>{};
    std::map<std::string, overdue_news> by_provider;
    for (overdue_news::one& one : about) {
        if (one.alert.kind != contract_kind || one.alert.held) continue;
        overdue_news& news = by_provider[one.alert.provider];
        news.provider = one.alert.provider;
        news.over = over;
        news.about.push_back(std::move(one));
    }
    for (auto& [provider, news] : by_provider) {
        news.id = id_of(news.about, over);
        auto told = co_await with_.tell(std::move(news));
        if (!told) co_return told.error();
    }
    co_return result<void>{};
}

}  // namespace slipway::service
