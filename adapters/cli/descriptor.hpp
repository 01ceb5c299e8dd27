// A file descriptor that is closed at the end of its scope, or before, where it matters whether that went well.
#pragma once

#include <unistd.h>

namespace slipway::cli {

struct descriptor {
    explicit descriptor(int opened = -1) : number(opened) {}
    ~descriptor() { close(); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    bool close() {
        const int was = number;
        number = -1;
        return was < 0 || ::close(was) == 0;
    }

    int number;
};

}  // namespace slipway::cli
