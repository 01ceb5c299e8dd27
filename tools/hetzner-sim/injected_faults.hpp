// Faults that tests set at start (--fault NAME=SPEC) or while the simulator runs (POST /_sim/faults {"name","spec"};
// DELETE /_sim/faults clears them). Each is a thing that the real API, the network or a new VM was seen to do.
//
//   SPEC  = [MS "ms:"] [WHEN] {"@" FILTER}
//   WHEN  = N (the next N occasions) | once | always | p0.3 (each with that probability, from the seeded generator)
//   FILTER= "POST /servers" or "/ssh_keys": only requests with that method and path prefix (without /v1; a "$" at the
//           end means the whole path), or one word: only where the server's name, type or location, or the request's
//           token, is that word.
//   Examples: 3@POST /servers    always@fsn1    250ms:always@GET /servers    p0.1    once@web1
//
// The table of names is in faults.cpp; --help prints it. Pure: randomness is seeded, time is passed in elsewhere.
#pragma once

#include "engine/base/error.hpp"
#include "tools/hetzner-sim/message.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace slipway::sim {

// What a fault's filters are held against.
struct occasion {
    std::string method;              // empty where it is not about a request
    std::string path;                // "/servers/42", without /v1
    std::vector<std::string> words;  // server name, server type, location
};

struct fault {
    std::string name;
    std::string spec;
    double probability = 1;
    std::optional<std::int64_t> left;  // none: without end
    std::int64_t ms = 0;
    std::string method;
    std::string path;
    bool whole_path = false;
    std::string word;
};

class fault_set {
public:
    explicit fault_set(std::uint64_t seed = 1) : random_(seed) {}

    // A sentence for people where the name is unknown or the spec is malformed.
    result<void> add(const std::string& name, const std::string& spec);
    void clear() { faults_.clear(); }

    // The first fault of that name that fits and fires; it is then one occasion older.
    std::optional<fault> take(const std::string& name, const occasion& at);
    bool has(const std::string& name) const;
    // Is there one without end for this occasion? Counts nothing.
    bool standing(const std::string& name, const occasion& at) const;

    json list() const;

    static std::string help();

private:
    std::vector<fault> faults_;
    std::mt19937_64 random_;
};

}  // namespace slipway::sim
