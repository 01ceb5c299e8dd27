// error: 'slipway::state_name
#include "engine/machines/vm.hpp"

#include <string>

bool is_in(const slipway::vm_state& state, const std::string& name) {
#ifndef MENDED
    return slipway::state_name(name) == state.state_name();
#else
    return name == state.state_name();
#endif
}
