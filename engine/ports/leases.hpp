// Who works on what, where several engines share one log. A lease is held by one of them for a time that the store's
// clock measures; it is renewed, or it runs out and another may take it. Its epoch grows with every taking, and an
// append that names an older epoch is fenced (event_log.hpp): who was paused past the end of its lease can store
// nothing.
//
// Its holder is one run of a program: a process that is started again is another, whatever it is called.
//
// A lease is on a stream, named by its id, or on something that streams share, under any other name.
//
// Owned by the composition root, one per process, and lives longer than the engine; a store that has one writer has
// none. Called on the loop's thread and resumes there. An error says that the store did not answer: what was asked may
// have been done all the same.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/ids.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

struct lease {
    std::string name;
    std::uint64_t epoch = 0;  // from 1
};

struct renewed_lease {
    std::string name;
    std::uint64_t version = 0;  // of the stream's last event, whoever stored it; 0 where it is on something else
};

// What an engine leaves to others: streams of this kind, but not those in these states. No kind: nothing.
struct left_alone {
    std::string kind;
    std::vector<std::string> but_in;
};

class leases {
public:
    virtual ~leases() = default;

    // How long a lease lasts from the moment when the store takes or renews it.
    virtual std::chrono::milliseconds duration() const = 0;

    // None where somebody else holds it. Whoever holds it already keeps the epoch.
    virtual boost::asio::awaitable<result<std::optional<lease>>> claim(std::string name) = 0;

    // At most so many streams that have something to do and that nobody holds.
    virtual boost::asio::awaitable<result<std::vector<lease>>> claim_unheld(std::size_t at_most, left_alone others) = 0;

    // Those that are still held by the caller, for as long again; what is missing in the answer was taken over.
    virtual boost::asio::awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease> held) = 0;

    // From now on anybody may take them.
    virtual boost::asio::awaitable<result<void>> release(std::vector<lease> held) = 0;
};

}  // namespace slipway
