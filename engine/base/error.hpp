// Errors are values at every seam of slipway. An error says in one sentence what happened, to which VM, and what to do
// now; the kind tells the edge (CLI exit code, HTTP status) how to answer. Exceptions are left for bugs and start-up.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace slipway {

enum class error_kind {
    usage,          // the caller's input is wrong
    not_found,      // no such VM, stream or catalog entry
    refused,        // the state, a quota or a permission says no
    unreachable,    // Hetzner, the daemon or the database cannot be reached
    configuration,  // a setting is missing or malformed
    storage,        // the event log could not be read or written (disk full, locked, I/O error)
    corrupt,        // the event log says something that the tables do not allow
    failed,         // anything else: the work was tried and did not succeed
};

struct error {
    error_kind kind = error_kind::failed;
    std::string message;
};

template <class T>
using result = boost::system::result<T, error>;

// Found by argument-dependent lookup when value() is called on a result that holds an error: a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&) {
    throw std::logic_error("result holds an error: " + e.message);
}

inline error make_error(error_kind kind, std::string message) { return error{kind, std::move(message)}; }

}  // namespace slipway
