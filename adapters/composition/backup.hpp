// One copy of all that an installation keeps on its machine: events, what is beside them (providers, offerings, messages
// that have to go out, requests that were seen), and the installation's secret, also where that is a file of its own.
// What is in the environment is not in it: CREDENTIAL_ENCRYPTION_KEY, and the tokens of VMs requested directly.
//
// Blocks; works beside whoever writes. What it has made is durable and private (mode 0600), and nothing is ever written
// over; where it fails there is no file that could be taken for a backup.
#pragma once

#include "adapters/composition/database_url.hpp"

#include <cstdint>
#include <string>

namespace slipway::composition {

struct backup {
    std::string file;         // a store like the one that it was made of
    std::string secret_file;  // beside it, where the secret is not sealed in the store; empty: it is, or there is none yet
    std::uint64_t events = 0;
};
result<backup> back_up(const location& place, const std::string& file);

}  // namespace slipway::composition
