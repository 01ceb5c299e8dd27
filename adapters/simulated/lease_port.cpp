#include "adapters/simulated/ports.hpp"

#include <algorithm>

namespace slipway::simulated {

using boost::asio::awaitable;

namespace {

error unreachable_store() {
    return make_error(error_kind::storage, "the database does not answer");
}

}  // namespace

// The store carries it out whatever becomes of the caller; `torn`: and the caller does not hear of it.
template <class T>
awaitable<result<T>> lease_port::ask(std::function<T()> what) {
    process_->must_live();
    const fault f = u_.choose(site::lease);
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    co_await process_->sleep(milliseconds{1});
    result<T> answer = unreachable_store();
    if (f == fault::unavailable_log) co_return answer;
    T done = what();
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    co_await process_->sleep(milliseconds{1});
    if (f != fault::torn) answer = std::move(done);
    co_return answer;
}

awaitable<result<std::optional<lease>>> lease_port::claim(std::string name) {
    std::function<std::optional<lease>()> work = [this, name] {
        return u_.leases.claim(name, holder_, u_.store_now());
    };
    return ask(std::move(work));
}

awaitable<result<std::vector<lease>>> lease_port::claim_unheld(std::size_t at_most, left_alone others) {
    std::function<std::vector<lease>()> work = [this, at_most, others] {
        std::vector<lease> taken;
        for (const auto& [stream, head] : u_.log.all_heads()) {
            if (taken.size() == at_most) break;
            const bool mends = !head.ended && (head.state == "failed" || head.state == "termination_failed");
            if ((head.at_rest && !mends) || u_.leases.is_held(stream.text, u_.store_now())) continue;
            const auto& but_in = others.but_in;
            if (head.kind == others.kind && std::find(but_in.begin(), but_in.end(), head.state) == but_in.end()) continue;
            taken.push_back(*u_.leases.claim(stream.text, holder_, u_.store_now()));
        }
        return taken;
    };
    return ask(std::move(work));
}

awaitable<result<std::vector<renewed_lease>>> lease_port::renew(std::vector<lease> held) {
    std::function<std::vector<renewed_lease>()> work = [this, held] {
        std::vector<renewed_lease> still;
        for (const lease& l : held) {
            if (!u_.leases.renew(l, holder_, u_.store_now())) continue;
            const auto head = u_.log.all_heads().find(stream_id{l.name});
            still.push_back({l.name, head == u_.log.all_heads().end() ? 0 : head->second.version});
        }
        return still;
    };
    return ask(std::move(work));
}

awaitable<result<void>> lease_port::release(std::vector<lease> held) {
    std::function<bool()> work = [this, held] {
        for (const lease& l : held) u_.leases.release(l, holder_);
        return true;
    };
    const auto done = co_await ask(std::move(work));
    result<void> answer;
    if (!done) answer = done.error();
    co_return answer;
}

}  // namespace slipway::simulated
