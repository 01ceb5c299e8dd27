// SQLite's own check of the whole file, on a thread and a connection of its own: it takes as long as everything else
// that verify looks at.
#pragma once

#include "adapters/sqlite/reader.hpp"

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace slipway::inspection {

class file_check {
public:
    explicit file_check(const std::string& path);
    // Gives up where it was not waited for.
    ~file_check();
    file_check(const file_check&) = delete;
    file_check& operator=(const file_check&) = delete;

    // What is wrong, a line each. Waits for the end of the check; once.
    result<std::vector<std::string>> wait();

private:
    std::optional<sqlite::reader> own_;  // the thread's, until it has ended
    std::optional<result<std::vector<std::string>>> found_;
    std::thread thread_;
};

}  // namespace slipway::inspection
