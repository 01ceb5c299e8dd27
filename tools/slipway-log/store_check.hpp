// The store's own check of all that it keeps, on a thread and a reader of its own: it takes as long as everything else
// that verify looks at.
#pragma once

#include "engine/ports/log_reader.hpp"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace slipway::inspection {

class store_check {
public:
    explicit store_check(const log_reader& of);
    // Gives up where it was not waited for.
    ~store_check();
    store_check(const store_check&) = delete;
    store_check& operator=(const store_check&) = delete;

    // What is wrong, a line each. Waits for the end of the check.
    const result<std::vector<std::string>>& wait();

private:
    std::unique_ptr<log_reader> own_;  // the thread's, until it has ended
    std::optional<result<std::vector<std::string>>> found_;
    std::thread thread_;
};

}  // namespace slipway::inspection
