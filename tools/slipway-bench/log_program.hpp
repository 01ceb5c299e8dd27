// slipway-log as people start it: a program of its own on one log, from its start to its end.
//
// One thread, blocks. Throws std::runtime_error where it does not end well.
#pragma once

#include "tools/slipway-bench/bench_process.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::bench {

class log_program {
public:
    log_program(std::string path, const std::string& database_url);

    struct cost {
        double seconds = 0, rss_mb = 0;
    };
    cost run(std::vector<std::string> arguments, std::string output = "/dev/null") const;
    // `| head`: until it has noticed that nobody reads on.
    cost head(std::vector<std::string> arguments, std::size_t lines) const;

private:
    bench_process::program program(std::vector<std::string> arguments, std::string output) const;

    std::string path_;
    std::map<std::string, std::string> environment_;
};

}  // namespace slipway::bench
