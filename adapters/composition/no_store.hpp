// No store at all: an event log and a registry with nothing in them, where nothing can be kept, and neither outbox nor
// secrets. For a process that asks what needs none, a price, and must not make one for it. What would write fails with a
// sentence.
#pragma once

#include "adapters/composition/store.hpp"

namespace slipway::composition {

store no_store();

}  // namespace slipway::composition
