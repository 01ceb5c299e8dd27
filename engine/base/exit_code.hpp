// The exit codes of slipway's programs; they are part of the interface.
#pragma once

#include "engine/base/error.hpp"

namespace slipway {

enum exit_code : int {
    exit_done = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_not_found = 3,
    exit_refused = 4,
    exit_unreachable = 5,
    exit_configuration = 78,
    exit_interrupted = 130,
};

constexpr exit_code exit_code_of(error_kind kind) {
    switch (kind) {
        case error_kind::usage: return exit_usage;
        case error_kind::not_found: return exit_not_found;
        case error_kind::refused: return exit_refused;
        case error_kind::unreachable:
        case error_kind::storage: return exit_unreachable;
        case error_kind::configuration: return exit_configuration;
        case error_kind::corrupt:
        case error_kind::failed: return exit_failed;
    }
    return exit_failed;
}

}  // namespace slipway
