// Carries out one side effect and says what came of it: facts (events) or a failure. It decides nothing else: whether
// and when to try again is the machine's choice (engine/machines/plan.hpp).
//
// The order inside a step is the whole of crash safety: where an earlier outcome is unknown, look before acting; where
// a reply was lost, look at once; adopt only what carries this stream's label.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/runtime/surveys.hpp"
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
    // For telling what was deleted by hand from what is in another project than the token opens.
    slipway::surveys* surveys = nullptr;
    std::string project;         // by which token the stream's project was open; empty: not known
    std::string asked_with;      // by which token it was when this request was written down as begun
    std::int64_t server_id = 0;  // what it is known to have; 0: not known
    std::int64_t key_id = 0;
    // For telling what this history of the log has made from what another one has.
    std::string order;                // what this request's server is marked with
    std::vector<std::string> orders;  // and those of all of the stream's requests so far
    std::vector<std::string> own_orders;  // of them: those that this process has begun
    bool witnessed = false;               // this process was answered that the server is made
    std::string contract_id;
    std::optional<timestamp> expires_at;
    std::string address;                // the server's
    std::vector<std::string> prepared;  // host keys that it has made
    bool was_judged = false;            // why it is taken back leaves no doubt that it is nobody's
    bool commanded = false;           // its end was asked for: whatever is its own is deleted
    output_sink output;         // the recipe's output as it comes; may be empty
    send_permit may_send;       // this engine still holds the stream
};

// Throws operation_aborted when cancelled (the outcome is then unknown).
boost::asio::awaitable<step_result> perform(world& w, step_context context, effect what);

}  // namespace slipway
