// error: no_machine_has_a_state_of_this_name
#include "engine/machines/vm.hpp"

bool is_ending(const slipway::vm_state& state) {
#ifndef MENDED
    return state.in("terminatig");
#else
    return state.in("terminating");
#endif
}
