// A VM or contract told for people, from its records: where it is and why, what happened, what can be done. Pure.
#pragma once

#include "engine/service/reasons.hpp"
#include "engine/service/service.hpp"

#include <span>
#include <string>

namespace slipway::service {

// `records`: of one stream, from its first. Behind `version` (0: the last one) what came later is not looked at.
// `around`: as it is now; an earlier moment is told without it. error_kind::corrupt where the records make no sense.
result<stream_story> tell_story(std::span<const event_record> records, std::uint64_t version, timestamp now,
                                const surroundings& around);

}  // namespace slipway::service
