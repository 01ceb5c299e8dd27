// What a process does with memory that it has freed: set once at its start, for the whole process.
#pragma once

namespace slipway::composition {

// For whoever stores events all the time: to give back to the kernel what one commit has freed, and ask for it anew with the
// next, takes up to a fifth of an append. At most 16 MiB more are kept.
void keep_freed_memory();

}  // namespace slipway::composition
