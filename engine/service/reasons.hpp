// Why a VM or contract is where it is, and what to do about it: the one answer of the API, the CLI, the web page and
// slipway-log. Pure.
#pragma once

#include "engine/ports/outbox.hpp"
#include "engine/service/explain.hpp"
#include "engine/service/overdue_alert.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::service {

// What can keep it there and does not stand in its own records, as far as whoever asks can see it.
struct surroundings {
    std::string log_trouble;       // why the event log cannot be written; empty where nothing is seen to be wrong
    std::string provider_trouble;  // why the provider's token does not work; likewise
    bool older_log = false;        // the log is seen to be older than what is in its project
    bool holds_contracts = false;  // whoever works on the log leaves new contracts alone
    std::vector<outgoing> unsent;  // messages, whoever they are about, that did not go out so far
    std::optional<overdue_alert> overdue;  // that was raised over it
};

struct reasons {
    std::vector<std::string> why;  // a sentence each: where it is and since when, what that means, what failed, what comes next
    std::string to_do;             // empty: nothing has to be done
};

// `records`: all of the stream's, as `of` was made of them.
reasons reasons_of(const story& of, std::span<const event_record> records, timestamp now, const surroundings& around);

}  // namespace slipway::service
