// What a process has cost so far, as the kernel counts it. Any thread; 0 where it is gone.
#pragma once

#include <sys/types.h>

namespace slipway::bench {

// Not by getrusage: for a child that counts its parent's memory at the moment when it was started.
double peak_memory_mb(pid_t process);
double memory_mb(pid_t process);
double own_processor_seconds();

}  // namespace slipway::bench
