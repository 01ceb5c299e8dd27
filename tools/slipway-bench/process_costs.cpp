#include "tools/slipway-bench/process_costs.hpp"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace slipway::bench {

namespace {

// "VmHWM:     12345 kB"
double status_mb(pid_t process, const std::string& name) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;) {
        if (word != name) continue;
        double kib = 0;
        status >> kib;
        return kib / 1024;
    }
    return 0;
}

double seconds_of(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

}  // namespace

double peak_memory_mb(pid_t process) { return status_mb(process, "VmHWM:"); }
double memory_mb(pid_t process) { return status_mb(process, "VmRSS:"); }

double own_processor_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

}  // namespace slipway::bench
