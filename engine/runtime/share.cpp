// The engine's part where several share one log: which streams are its own, and how it hears of what others did.
#include "engine/runtime/engine.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;

// Instead of resume(): what nobody works on now, and from now on whatever nobody works on.
awaitable<result<std::vector<stream_id>>> engine::share() {
    auto found = co_await leases_.claim_unheld();
    if (!found) co_return found.error();
    if (!std::exchange(shares_, true)) {
        spawn(leases_.renew_in_time());
        spawn(leases_.watch_deadlines());
        if (world_.news != nullptr) spawn(leases_.listen());
    }
    std::vector<stream_id> streams;
    for (const std::string& name : *found) {
        streams.push_back(stream_id{name});
        lease_found(name);
    }
    co_return streams;
}

void engine::lease_found(const std::string& name) {
    if (!stopping_) spawn(adopt(stream_id{name}));
}

void engine::lease_lost(const std::string& name) {
    const auto it = streams_.find(stream_id{name});
    if (it == streams_.end()) return;
    // Also a request that changes something: its answer could not be stored any more.
    it->second->cut_short.emit(boost::asio::cancellation_type::terminal);
    it->second->changed.notify_all();
}

void engine::lease_written(const std::string& name, std::uint64_t version) {
    const auto it = streams_.find(stream_id{name});
    if (it != streams_.end() && !stopping_ && version > it->second->state.version) spawn(refresh(it->second));
}

void engine::store_answers(const std::string& trouble) {
    if (trouble.empty() && std::exchange(store_is_away_, false)) observer_.log_works();
    if (trouble.empty() || std::exchange(store_is_away_, true)) return;
    observer_.log_trouble(trouble);
}

void engine::log_grew() { observer_.log_grew(); }

awaitable<void> engine::adopt(stream_id id) {
    auto loaded = co_await load(id);
    if (loaded && has_work((*loaded)->state)) {
        take_up(*loaded);
        co_return;
    }
    const bool is_broken = !loaded && loaded.error().kind == error_kind::corrupt;
    if (is_broken) observer_.stream_trouble(id, loaded.error().message);
    co_await release(id, is_broken);
}

// A command that another engine took, or that was stored although the log said that it was not.
awaitable<void> engine::refresh(stream_ptr s) {
    constexpr milliseconds pause{1000};
    for (;;) {
        const auto known = co_await see_what_is_stored(s);
        if (known || known.error().kind != error_kind::storage) co_return;
        co_await world_.clock.sleep(pause);
        if (stopping_) co_return;
    }
}

awaitable<result<void>> engine::see_what_is_stored(stream_ptr s) {
    const auto deciding = co_await enter(s);
    if (!deciding) co_return result<void>{};  // who waits for the log will see it
    const auto known = co_await catch_up(s);
    if (known && s->may_be_cut_short && s->state.in("terminating"))
        s->cut_short.emit(boost::asio::cancellation_type::terminal);
    s->changed.notify_all();
    if (known && s->state.version > 0) take_up(s);
    co_return known;
}

// Whether the stream is this engine's to work on; its state is then as the log has it.
awaitable<bool> engine::own(stream_ptr s) {
    if (!leases_.needed()) co_return true;
    const bool claimed = co_await leases_.claim(s->id.text);
    s->epoch = claimed ? leases_.epoch(s->id.text) : 0;
    if (s->epoch == 0) co_return false;
    const auto deciding = co_await s->appending.lock();
    s->in_hand.reset();
    const auto known = co_await catch_up(s);
    // What is in doubt, somebody who held it has sent, this engine perhaps, whose own lease had run out meanwhile.
    const bool in_doubt = s->state.data.keys_in_doubt() + s->state.data.servers_in_doubt() > 0;
    if (in_doubt) s->last_unknown = world_.clock.steady() + leases_.duration();
    const bool ours = known && still_ours(*s);
    co_return ours;
}

// Under the lease with which its driver began: one that was lost and taken again is another, whose driver has to find
// out first what was done in between.
bool engine::still_ours(const vm_stream& s) const {
    return !leases_.needed() || (s.epoch != 0 && leases_.epoch(s.id.text) == s.epoch);
}

// What is broken is not tried again at once, here or elsewhere; but it is not kept from others for ever, who may be
// newer.
awaitable<void> engine::release(stream_id id, bool is_broken) {
    if (is_broken) co_await leases_.rest(std::chrono::minutes{10});
    const auto known = streams_.find(id);
    const bool is_driven = known != streams_.end() && known->second->driving;  // it was taken up again meanwhile
    if (!is_driven) co_await leases_.release(id.text);
}

// The key's lock among engines: keys_ has the one among the VMs of this engine. False: the VM is not ours any more.
awaitable<bool> engine::own_key(stream_ptr s, std::string key) {
    bool claimed = false;
    while (!claimed && !stopping_ && still_ours(*s)) {
        claimed = co_await leases_.claim(key);
        if (!claimed) co_await world_.clock.sleep(milliseconds{250});
    }
    const bool ours = claimed && still_ours(*s);
    co_return ours;
}

}  // namespace slipway
