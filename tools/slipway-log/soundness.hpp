// Whether a whole log is right, and nothing else: every stream is read once, in the order of the streams, and on as many
// processors as there are. What is wrong with one that is not, and where, is verify's to find out.
#pragma once

#include "engine/ports/log_reader.hpp"
#include "tools/slipway-log/progress_line.hpp"

#include <cstdint>
#include <optional>

namespace slipway::inspection {

struct sound_log {
    std::uint64_t streams = 0, events = 0;
};

// Nothing where there is any doubt. `log` is within a snapshot: what is appended behind that does not count. What the store
// itself finds wrong with its indexes (log_reader::integrity) is not looked for: it must be asked, too.
std::optional<sound_log> whole_log_is_right(log_reader& log, progress_line& progress);

}  // namespace slipway::inspection
