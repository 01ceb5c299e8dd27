#include "adapters/composition/freed_memory.hpp"

#include <malloc.h>

namespace slipway::composition {

void keep_freed_memory() {
    ::mallopt(M_TOP_PAD, 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
}

}  // namespace slipway::composition
