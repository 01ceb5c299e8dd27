// What people are told, in their words: from an event of the log to a subject and a body, or nothing. Pure.
//
// Only what the log says goes in: ids, names, Hetzner's own texts with everything taken out that is not plain text,
// what to do. Never a recipe or its output, never a key; tokens are in no event to begin with. A subject is one line.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/registry.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::notify {

struct message {
    std::string subject;  // at most 200 bytes of UTF-8, on one line
    std::string body;     // plain text, lines end in \n
    friend bool operator==(const message&, const message&) = default;
};

// Whether an event of this kind and type is told to somebody. VMs that were requested directly have their requester
// waiting for them: nobody else is told.
bool is_told(const event_record& record);

// The server that goes on costing money after what this record tells of; `before`: the stream's state before it.
const server_reference* left_running(const event_record& record, const vm_state& before);

// `cost_per_day`: of the server that is left running, "0.1464 EUR net"; empty where unknown. Nothing for what is_told()
// says no to, and for an audit that found nothing new: what a contract left behind was told when it did.
std::optional<message> tell(const event_record& record, const vm_state& before, const std::string& cost_per_day);

// One for each open channel by which this provider can be reached; none where there is no such channel.
std::vector<outgoing> address(const message& what, const std::string& event_id, const provider_record& to,
                              const std::set<std::string, std::less<>>& open, timestamp now);

}  // namespace slipway::notify
