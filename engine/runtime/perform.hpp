// Carries out one side effect and says what came of it: facts (events) or a failure. It decides nothing else: whether
// and when to try again is the machine's choice (engine/machines/plan.hpp).
//
// The order inside a step is the whole of crash safety: where an earlier outcome is unknown, look before acting; where
// a reply was lost, look at once; adopt only what carries this stream's label.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/runtime/world.hpp"

#include <functional>
#include <string_view>

namespace slipway {

using step_result = boost::system::result<std::vector<event>, step_failure>;

[[noreturn]] inline void throw_exception_from_error(const step_failure& f, const boost::source_location&) {
    throw std::logic_error("step failed: " + f.message);
}

// An outcome of one event.
inline std::vector<event> only(event e) {
    std::vector<event> facts;
    facts.push_back(std::move(e));
    return facts;
}

struct step_context {
    stream_id stream;
    vm_spec spec;
    // A request whose outcome is unknown may still be carried out for this long after it was sent …
    std::chrono::milliseconds late_grace{60'000};
    // … and the last one that can be was sent this long ago at least, by the steady clock.
    std::chrono::milliseconds since_last_unknown{0};
    // For telling a server that was deleted by hand from one that is in another project than the token opens.
    std::int64_t key_id = 0;    // of the key that was registered for it; 0: not known
    bool server_left = false;   // it could not be deleted
    bool end_repeated = false;  // its owner has been told that it may be in another project, and wants it gone
    output_sink output;         // the recipe's output as it comes; may be empty
    send_permit may_send;       // this engine still holds the stream
};

// Throws operation_aborted when cancelled (the outcome is then unknown).
boost::asio::awaitable<step_result> perform(world& w, step_context context, effect what);

}  // namespace slipway
