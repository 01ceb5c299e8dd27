#include "engine/runtime/lease_keeper.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t streams_at_once = 256;  // taken in one look: others shall find some, too
constexpr std::uint64_t any_version = UINT64_MAX;

}  // namespace

lease_keeper::lease_keeper(leases* store, news_source* news, engine_clock& clock, left_alone others,
                           lease_listener& listener)
    : store_(store), news_(news), clock_(clock), others_(std::move(others)), listener_(listener) {}

milliseconds lease_keeper::duration() const {
    return store_ ? store_->duration() : milliseconds{0};
}

bool lease_keeper::holds(const std::string& name) const {
    if (!store_) return true;
    const auto it = held_.find(name);
    return it != held_.end() && clock_.steady() < it->second.until;
}

std::uint64_t lease_keeper::epoch(const std::string& name) const {
    const auto it = held_.find(name);
    return it != held_.end() && clock_.steady() < it->second.until ? it->second.epoch : 0;
}

void lease_keeper::keep(const lease& taken, milliseconds asked) {
    held_[taken.name] = held{taken.epoch, asked + usable()};
}

// A sixth of it is left unused: for two clocks that do not run alike, and for a request on its way out.
milliseconds lease_keeper::usable() const {
    return duration() * 5 / 6;
}

std::vector<lease> lease_keeper::all() const {
    std::vector<lease> list;
    for (const auto& [name, h] : held_) list.push_back({name, h.epoch});
    return list;
}

awaitable<bool> lease_keeper::claim(std::string name) {
    if (holds(name)) co_return true;
    // A store with several connections might take the two in the other order.
    while (releasing_.contains(name)) co_await released_.wait();
    const milliseconds asked = clock_.steady();
    auto taken = co_await store_->claim(name);
    if (!taken || !*taken) co_return false;
    keep(**taken, asked);
    co_return holds(name);
}

awaitable<void> lease_keeper::release(const std::string& name) {
    const auto it = held_.find(name);
    std::vector<lease> one;
    if (it != held_.end()) {
        one.push_back({name, it->second.epoch});
        held_.erase(it);
        releasing_.insert(name);
    }
    return give_back(std::move(one));
}

awaitable<void> lease_keeper::give_back(std::vector<lease> released) {
    if (released.empty()) co_return;
    const std::string name = released.front().name;
    (void)co_await store_->release(std::move(released));  // where it fails, it runs out
    releasing_.erase(name);
    released_.notify_all();
}

void lease_keeper::forget(const std::string& name) {
    held_.erase(name);
}

awaitable<result<std::vector<std::string>>> lease_keeper::claim_unheld() {
    std::vector<std::string> found;
    for (bool more = true; more && !stopping_;) {
        const milliseconds asked = clock_.steady();
        auto taken = co_await store_->claim_unheld(streams_at_once, others_);
        if (!taken && found.empty()) co_return taken.error();
        if (!taken) break;
        for (const lease& l : *taken) {
            keep(l, asked);
            found.push_back(l.name);
        }
        more = taken->size() == streams_at_once;
    }
    co_return found;
}

awaitable<void> lease_keeper::renew() {
    const milliseconds asked = clock_.steady();
    const std::vector<lease> before = all();
    auto renewed = co_await store_->renew(before);
    listener_.store_answers(renewed ? std::string() : renewed.error().message);
    if (!renewed) co_return;  // the deadlines stay where they are
    std::map<std::string, std::uint64_t> versions;
    for (const renewed_lease& r : *renewed) versions[r.name] = r.version;
    for (const lease& l : before) {
        const auto it = held_.find(l.name);
        if (it == held_.end() || it->second.epoch != l.epoch) continue;  // released, or taken anew, meanwhile
        const auto version = versions.find(l.name);
        if (version == versions.end()) {
            held_.erase(it);
            listener_.lease_lost(l.name);
        } else {
            keep(l, asked);
            listener_.lease_written(l.name, version->second);
        }
    }
}

awaitable<void> lease_keeper::renew_in_time() {
    const milliseconds pause = duration() / 3;
    while (!stopping_) {
        co_await rest(pause);
        if (stopping_) break;
        co_await renew();
        if (!stopping_) co_await find_more();
    }
}

awaitable<void> lease_keeper::find_more() {
    const auto found = co_await claim_unheld();
    if (!found) co_return;
    for (const std::string& name : *found) listener_.lease_found(name);
}

awaitable<void> lease_keeper::listen() {
    using namespace boost::asio::experimental::awaitable_operators;
    bool was_away = false;
    while (!stopping_) {
        auto told = news_->next();
        auto end = stopped_.wait();
        const auto first = co_await (std::move(told) || std::move(end));
        if (stopping_ || first.index() != 0) break;
        const log_news& news = std::get<0>(first);
        for (const stream_id& stream : news.commanded)
            if (holds(stream.text)) listener_.lease_written(stream.text, any_version);
        listener_.log_grew();
        // That it can be heard does not say that it can be written: that is found out by renewing.
        if (!news.trouble.empty()) listener_.store_answers(news.trouble);
        if (std::exchange(was_away, !news.trouble.empty()) && news.trouble.empty()) co_await renew();
        if (news.unheld) co_await find_more();
    }
}

awaitable<void> lease_keeper::watch_deadlines() {
    while (!stopping_) {
        // What is asked for meanwhile lasts longer than this.
        milliseconds next = clock_.steady() + usable();
        for (const auto& [name, h] : held_) next = std::min(next, h.until);
        co_await rest(next - clock_.steady());
        std::vector<std::string> over;
        for (const auto& [name, h] : held_)
            if (h.until <= clock_.steady()) over.push_back(name);
        for (const std::string& name : over) {
            held_.erase(name);
            listener_.lease_lost(name);
        }
    }
}

awaitable<void> lease_keeper::rest(milliseconds d) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (stopping_) co_return;
    auto time = clock_.sleep(d);
    auto end = stopped_.wait();
    co_await (std::move(time) || std::move(end));
}

void lease_keeper::stop() {
    stopping_ = true;
    stopped_.notify_all();
}

awaitable<void> lease_keeper::release_all() {
    std::vector<lease> rest = all();
    held_.clear();
    if (!rest.empty()) (void)co_await store_->release(std::move(rest));
}

}  // namespace slipway
