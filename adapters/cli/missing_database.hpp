// What verbs that read say where nobody has made the database yet: nothing is made for them.
#pragma once

#include "adapters/cli/invocation.hpp"

#include <string>

namespace slipway::cli {

// False where a daemon does it: it has its own.
bool no_database_yet(const invocation& in);

// Whether there is one that who only reads can take, as it is. Not so one of an earlier release, which the next writer
// brings up to date, nor one that is damaged. True where a daemon does it.
bool database_can_be_read(const invocation& in);

// An empty list, and why: `what` is "no contracts". The exit code.
int nothing_yet(invocation& in, const std::string& what);

// Of one thing, "contract c1"; the exit code.
int not_there_yet(invocation& in, const std::string& what);

}  // namespace slipway::cli
