#include "adapters/cli/invocation.hpp"

#include <pwd.h>
#include <unistd.h>

namespace slipway::cli {

std::string actor_name() {
    const passwd* user = ::getpwuid(::getuid());
    return "cli:" + (user ? std::string(user->pw_name) : std::to_string(::getuid()));
}

}  // namespace slipway::cli
