// The records of one stream for whoever looks at it, whatever state the file is in.
#pragma once

#include "engine/ports/log_reader.hpp"

#include <string>
#include <vector>

namespace slipway::inspection {

struct stream_records {
    std::vector<event_record> records;  // in order of version; some are missing where `lost` says so
    std::vector<std::string> lost;      // what could not be read, a sentence each
};

// Where the stream cannot be read through its index, the whole log is searched for what is left of it. `corrupt` where
// nothing is.
result<stream_records> records_of(log_reader& log, const stream_id& stream);

}  // namespace slipway::inspection
