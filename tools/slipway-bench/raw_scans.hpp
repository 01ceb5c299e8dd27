// The limit that `replay` is held against: all rows of the log in order of seq, every column of them fetched, and nothing
// made of them. One thread. Throws std::runtime_error with what the store said.
#pragma once

#include <cstdint>
#include <string>

namespace slipway::bench {

struct scanned {
    std::uint64_t rows = 0, bytes = 0;
};

scanned scan_file(const std::string& path);    // a prepared statement
scanned scan_server(const std::string& url);  // COPY … TO STDOUT

}  // namespace slipway::bench
