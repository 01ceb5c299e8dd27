// What is usual for a VM or contract that is not where it wants to be, and what is said of one that takes longer. Pure.
//
// Usual is what the state may take by its own setting (SSH may take its timeout, a recipe its own), and on top of that
// the same patience with every state: for Hetzner's answers, a few attempts more, deleting.
#pragma once

#include "engine/service/reasons.hpp"

#include <chrono>
#include <optional>
#include <span>

namespace slipway::service {

// None: nothing is under way in this state, or it has an alert of its own (termination_failed).
std::optional<std::chrono::milliseconds> usual_time(const vm_state& state, std::chrono::milliseconds patience);

// The alert that would be raised over the stream with these records, whether or not its time is over. None where nothing
// is under way; error_kind::corrupt where the records make no sense.
result<std::optional<overdue_alert>> alert_over(std::span<const event_record> records, timestamp now,
                                                std::chrono::milliseconds patience, surroundings around);

}  // namespace slipway::service
