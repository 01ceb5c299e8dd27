// The one place where the engine writes to its log; and what it writes before a step.
#include "engine/base/hex.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/runtime/vm_stream.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

event engine::intent_of(vm_stream& s, const vm_state& state, const effect& what) {
    step_started e;
    e.step = step_of(what);
    e.attempt = state.data.attempts + 1;
    e.at = world_.clock.now();
    if (properties_of(e.step).request == request_kind::creating)
        e.project = surveys_.token(state.data.spec.provider);
    if (const auto* create = std::get_if<create_server_effect>(&what)) {
        e.server_name = create->name;
        e.candidate_ = create->where;
        for (const std::uint8_t byte : world_.random.bytes()) append_hex(e.order, byte);
        s.own_orders.push_back(e.order);
    }
    return e;
}

// Stores events and brings the state up to them; called with the stream's lock held. The driver of a VM keeps trying as
// long as the log cannot be written; where the log has events that this process does not know of, they are read, and
// version_conflict says that what was decided must be decided anew.
awaitable<append_result> engine::append(stream_ptr s, std::vector<event> events, author by, bool keep_trying) {
    vm_state next = s->state;
    append_request request;
    request.request = std::move(by.request);
    request.expected_version = s->state.version;
    if (keep_trying) {  // a step's driver
        if (!still_ours(*s)) throw boost::system::system_error(boost::asio::error::operation_aborted);
        request.epoch = s->epoch;
    }
    const timestamp now = world_.clock.now();
    for (const event& e : events) {
        if (auto legal = evolve(next, e); !legal) throw std::logic_error(legal.error().message);
        new_event stored;
        stored.type = type_of(e);
        stored.schema_version = version_of(e);
        stored.event_id = uuid_v7(now, world_.random.bytes());
        stored.at = now;
        stored.actor = by.actor;
        stored.command_id = by.command_id;
        stored.data = encode(e);
        request.events.push_back(std::move(stored));
    }
    request.head = head_of(next, s->id);
    milliseconds pause{250};
    for (;;) {
        append_request copy = request;
        auto stored = co_await world_.log.append(std::move(copy));
        if (stored) {
            s->waits_for_log = false;
            s->state = std::move(next);
            note_plan(*s);
            observer_.appended(s->state, stored->records);
            if (!wants(s->state)) s->changed.notify_all();
            co_return stored;
        }
        if (!keep_trying) co_return stored;
        std::string trouble = stored.error().message;
        bool hopeless = stored.error().failure == append_failure::fenced;
        if (leases_.needed() && (hopeless || !still_ours(*s))) {
            if (hopeless) observer_.append_fenced(s->id, trouble);
            s->waits_for_log = false;
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        if (stored.error().failure == append_failure::version_conflict) {
            const auto known = co_await catch_up(s);
            if (known) {
                s->waits_for_log = false;
                co_return stored;
            }
            trouble = known.error().message;
            hopeless = known.error().kind == error_kind::corrupt;
        }
        observer_.log_trouble(trouble);
        if (hopeless || stopping_) {
            s->waits_for_log = false;
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        s->waits_for_log = true;
        s->changed.notify_all();
        co_await wait(s, pause);
        pause = std::min<milliseconds>(pause * 2, seconds{10});
    }
}

awaitable<append_result> engine::append_step(stream_ptr s, std::vector<event> events) {
    author by;
    by.actor = "engine";
    return append(std::move(s), std::move(events), std::move(by), true);
}

}  // namespace slipway
