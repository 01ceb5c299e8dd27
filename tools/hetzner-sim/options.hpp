// The command line of hetzner-sim.
#pragma once

#include "tools/hetzner-sim/endpoints.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::sim {

struct options {
    std::string listen_host = "127.0.0.1";
    unsigned short listen_port = 0;
    std::string certificate, key;  // both or neither
    std::string state_file;
    std::string record_file;
    std::optional<std::uint32_t> ssh_base;
    unsigned short ssh_port = 2222;
    bool run_cloud_init = false;
    std::vector<std::pair<std::string, std::string>> faults;
    service_settings service;
};

// Nothing where the program is to end at once, with `exit_code` (0 after --help, 2 after a mistake, said on stderr).
std::optional<options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace slipway::sim
