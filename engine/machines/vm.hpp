// One VM, requested directly or by a contract: the pure functions over its table (tables.hpp) that the whole program
// shares. The same evolve() is used when deciding, appending, restarting, inspecting and simulating; there is no second
// way to change a state.
//
//   decide(state, command)   -> the events that the command causes, or why not
//   wants(state)             -> the side effect that the state calls for, or none
//   events_of_success, events_of_failure (plan.hpp)
//                            -> the events that an attempt's outcome causes, and when it is tried again
//   evolve(state, event)     -> the next state, or which row or guard says no
#pragma once

#include "engine/base/error.hpp"
#include "engine/machines/spine.hpp"
#include "engine/machines/states.hpp"
#include "engine/model/effect.hpp"
#include "engine/model/record.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace slipway {

struct vm_state;

// One of the tables, so that everything else need not know which.
struct machine {
    struct answer {
        bool taken = false;
        int row = -1;  // the one that was taken, or whose guard said no; -1: there is none for this event
    };

    std::string_view kind;  // "vm", "contract", "audit": stored with every record
    std::string_view fingerprint;
    std::span<const std::string_view> states;
    std::uint8_t initial = 0;
    answer (*step)(vm_state& state, const event& e) = nullptr;
    std::string (*describe)(int row) = nullptr;
};

const machine& vm_kind_machine();
const machine& contract_kind_machine();
const machine& audit_kind_machine();
std::array<const machine*, 3> all_machines();

inline constexpr std::string_view vm_kind = "vm";
inline constexpr std::string_view contract_kind = "contract";
inline constexpr std::string_view audit_kind = "audit";

// A stream's state. An audit's memory is its own: what the last one found.
struct vm_state : vm_memory {
    audited audit;
    const machine* table = &vm_kind_machine();  // told by the first event
    std::uint8_t at = table->initial;

    std::string_view kind() const { return table->kind; }
    std::string_view state_name() const { return table->states[at]; }
    bool in(slipway::state_name state) const { return state_name() == state; }
    friend bool operator==(const vm_state&, const vm_state&) = default;
};

// Commands: what adapters may ask for.
struct request_vm {
    vm_spec spec;
    std::string owner;
};
struct accept_contract {
    contract_accepted contract;
};
// Also retries an end that could not be reached; with the reason retry_termination it does nothing else.
struct end_vm {
    std::string reason;  // for a contract: cancelled, expired, payment_failed
};
// The stream of a provider's audits is opened by its first one.
struct record_audit {
    audited audit;
};
// A server that the log knows less of, or nothing: then its stream is opened by this, under the id that the server has.
struct adopt_server {
    stream_id stream;
    adopted found;
};
using vm_command = std::variant<request_vm, accept_contract, end_vm, record_audit, adopt_server>;

struct refusal {
    std::string rule;  // the row or guard that said no
    std::string why;   // a sentence for people
};

[[noreturn]] inline void throw_exception_from_error(const refusal& r, const boost::source_location&) {
    throw std::logic_error("refused: " + r.why);
}

using decision = boost::system::result<std::vector<event>, refusal>;

decision decide(const vm_state& state, const vm_command& command);

std::optional<effect> wants(const vm_state& state);

// What a stream that has come to its end still has at Hetzner, and goes on trying to delete, slowly and without end.
std::optional<effect> mends(const vm_state& state);

// When the state ends by itself, if it does: an active contract's expiry.
std::optional<timestamp> expiry(const vm_state& state);

// It is being made: it wants something, and not its end.
bool is_on_its_way(const vm_state& state);

// A contract's time has run out, whether it is active or still on the way there.
bool is_over(const vm_state& state, timestamp now);

// Applies one event. On error the state is unchanged and the message names the state, the event and the rule.
result<void> evolve(vm_state& state, const event& e);

// Folds the records of one stream, from its first. The first must be the request.
result<vm_state> replay(std::span<const event_record> records);

// Adds to `events` what follows from them without any side effect: the end of a clean-up or of a termination.
std::vector<event> conclude(const vm_state& state, std::vector<event> events);

// The cached head of the stream in this state (hash is the log's business).
stream_head head_of(const vm_state& state, const stream_id& stream);

}  // namespace slipway
