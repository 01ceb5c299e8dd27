#include "adapters/cli/login.hpp"

#include "engine/base/ip_address.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/public_key.hpp"

#include <utility>

namespace slipway::cli {

result<login> login_of(const vm_view& vm) {
    const spine& d = vm.state.data;
    login out;
    if (!is_uuid(vm.stream.text))
        return make_error(error_kind::failed, "what is recorded as the id of " + name_of(vm) + " is none, so it is not used");
    out.id = vm.stream.text;
    if (!is_ipv4(d.address) && !is_ipv6(d.address))
        return make_error(error_kind::failed, "what is recorded as the address of " + name_of(vm) +
                                                  " is none, so it is not used: whoever answered cannot be trusted");
    out.address = d.address;
    for (const std::string& line : d.host_keys) {
        auto key = parse_public_key(line);
        if (!key)
            return make_error(error_kind::failed, "what is recorded as a host key of " + name_of(vm) +
                                                      " is none, so it is not used: " + key.error().message);
        key->comment.clear();
        out.host_keys.push_back(to_line(*key));
    }
    return out;
}

}  // namespace slipway::cli
