// What the engine keeps in memory of one VM that it works on. Private to the engine: engine.cpp takes commands,
// drive.cpp carries the VM from event to event. Lives on the engine's thread, held by whoever works on it.
#pragma once

#include "engine/runtime/engine.hpp"

namespace slipway {

struct engine::vm_stream {
    vm_stream(const boost::asio::any_io_executor& executor, stream_id name)
        : id(std::move(name)), appending(executor) {}

    // Something has changed: what was kept quiet is looked at anew.
    void look_anew() {
        quiet_until = {};
        quiet_attempts = 0;
        last_news.reset();
        mending = false;
    }

    stream_id id;
    vm_state state;
    std::uint64_t epoch = 0;  // of the lease under which it is driven; 0 where there are no leases
    async_mutex appending;  // held from deciding until the decision is in the log
    wakeup changed;         // a command came, the log went bad, or driving ended
    bool driving = false;
    bool waits_for_log = false;  // its driver holds `appending` until the log can be written again
    // The planned retry by the steady clock: the wall clock, which the plan is written down in, may jump meanwhile.
    std::optional<timestamp> planned;
    std::chrono::milliseconds due{0};
    std::chrono::milliseconds expires_not_before{0};  // when the clocks are compared again
    std::string clocks;           // how they differed then; empty: they did not
    bool told_of_clocks = false;  // its log says so
    // Of a deletion that goes on failing in the same way, and of what could not be deleted: tried again, not told again.
    std::chrono::milliseconds quiet_until{0};
    int quiet_attempts = 0;
    std::optional<std::pair<step, failure_code>> last_news;
    bool mending = false;
    bool witnessed = false;  // see circumstances (plan.hpp)
    std::vector<std::string> own_orders;  // of the stream's requests: the marks of those that this process has begun
    std::chrono::milliseconds last_unknown{0};  // as engine::last_unknown_, of this VM
    // The step whose intent is in the log, on its way; what it wants was read before the intent was written.
    std::optional<effect> in_hand;
    bool may_be_cut_short = false;
    request_kind turn_of = request_kind::none;
    async_mutex::guard turn;  // among the provider's requests of this kind
    boost::asio::cancellation_signal cut_short;
};

}  // namespace slipway
