// Keys that only this installation has. The operator's key logs in to a new VM until it is handed over; a VM's first host
// key is derived from the installation's secret and the stream id, so that a restart can compute it again and no private
// key has to be stored per VM.
//
// Called on the loop's thread; no call blocks for longer than a signature takes. Private parts never enter an event, a
// log line or an error.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/ids.hpp"

#include <string>

namespace slipway {

struct ssh_key_pair {
    std::string public_line;  // "ssh-ed25519 AAAA… comment"
    std::string private_pem;  // OpenSSH private key file; secret
};

class key_vault {
public:
    virtual ~key_vault() = default;

    virtual result<ssh_key_pair> operator_key() = 0;
    virtual result<ssh_key_pair> first_host_key(const stream_id& stream) = 0;
};

}  // namespace slipway
