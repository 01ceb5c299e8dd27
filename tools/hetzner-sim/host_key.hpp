// A fresh Ed25519 host key, for servers whose user_data brings none and for showing the wrong one.
#pragma once

#include <string>

namespace slipway::sim {

struct host_key {
    std::string private_pem;  // OpenSSH's format
    std::string public_line;  // "ssh-ed25519 AAAA…"
};

// Throws std::runtime_error where the library gives none.
host_key make_host_key();

}  // namespace slipway::sim
