// Messages to people that still have to go out. They are written down together with the place in the event log up to
// which it has been read for them, so that a crash neither loses one nor makes a second of it; and they are taken out
// only when somebody has taken them. Delivery is thereby at least once.
//
// Kept in the same store as the event log. Called on the loop's thread and resumes there; errors are of kind storage.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

struct outgoing {
    std::string event_id;  // of the event that it tells about, or a name of its own; with `channel` its identity
    std::string channel;   // "discord", "email", "telegram"
    std::string recipient; // an address, a chat's id; the provider's id where the address is a secret
    std::string subject;
    std::string body;      // plain text, UTF-8; no secret
    timestamp created_at;
    timestamp due_at;
    int attempts = 0;      // that failed
    friend bool operator==(const outgoing&, const outgoing&) = default;
};

class outbox {
public:
    virtual ~outbox() = default;

    // The seq of the last event that was read for messages; 0 in the beginning.
    virtual boost::asio::awaitable<result<std::uint64_t>> read_up_to() = 0;
    // In one transaction; a message whose event and channel are known already is left as it is. `read_up_to`: none where
    // the messages are about no event, and the place stays as it is.
    virtual boost::asio::awaitable<result<void>> add(std::vector<outgoing> messages, std::optional<std::uint64_t> read_up_to) = 0;

    // In order of due_at, whatever the time is now.
    virtual boost::asio::awaitable<result<std::vector<outgoing>>> pending(std::size_t limit) = 0;
    // How many those are.
    virtual boost::asio::awaitable<result<std::size_t>> waiting() = 0;
    // It went out, or was given up: it is kept as done for the record, `note` saying how it ended.
    virtual boost::asio::awaitable<result<void>> done(outgoing message, std::string note) = 0;
    // Not yet: its attempts and due_at as given here.
    virtual boost::asio::awaitable<result<void>> postpone(outgoing message) = 0;
};

}  // namespace slipway
