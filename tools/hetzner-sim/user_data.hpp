// What a server's user_data asks for, as far as the simulator carries it out: a "#cloud-config" document (YAML) or a
// script ("#!"). The rest of cloud-init is ignored, as a real image ignores keys that it does not know. Pure.
#pragma once

#include <string>
#include <vector>

namespace slipway::sim {

struct cloud_config {
    struct file {
        std::string path;
        std::string content;
        unsigned mode = 0644;
    };

    std::string host_key_private;  // ssh_keys.ed25519_private
    std::string host_key_public;
    std::vector<std::string> authorized_keys;
    std::vector<file> write_files;
    std::vector<std::string> runcmd;  // shell lines; a user_data that is a script is one entry
    std::vector<std::string> packages;
    std::string problem;  // why the document could not be read; empty where it could
};

cloud_config parse_user_data(const std::string& user_data);

}  // namespace slipway::sim
