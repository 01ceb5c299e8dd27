// How one logs in to a VM. What is known of it came from elsewhere (a daemon's answer, a log that was carried here), so
// that it is checked before it becomes an argument of ssh, the name of a file or a line in one. Pure.
#pragma once

#include "adapters/cli/vm_view.hpp"
#include "engine/base/error.hpp"

#include <string>
#include <vector>

namespace slipway::cli {

struct login {
    std::string id;  // of the VM: files may be named after it
    std::string address;
    std::vector<std::string> host_keys;  // "TYPE BASE64"
};

// error_kind::failed where the id or the address is none, or a host key is no key.
result<login> login_of(const vm_view& vm);

}  // namespace slipway::cli
