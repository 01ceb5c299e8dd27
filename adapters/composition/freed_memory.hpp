// What a process does with memory that it has freed: set once at its start, for the whole process.
#pragma once

namespace slipway::composition {

// For whoever stores events all the time: each commit takes some megabytes and frees them, and giving them back to the
// kernel, to ask for them anew with the next commit, costs a fifth of an append. At most 16 MiB more are kept.
void keep_freed_memory();

}  // namespace slipway::composition
