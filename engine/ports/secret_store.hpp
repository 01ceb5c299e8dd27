// Secrets of the installation that live in the same store as the event log, each under a name and sealed
// (engine/ports/sealing.hpp), so that one backup holds all of it and deleting one really deletes it. No plain secret passes
// through here.
//
// Owned by the composition root, one per process. Called on the loop's thread and resumes there, one transaction per call;
// errors are of kind storage.
#pragma once

#include "engine/base/error.hpp"
#include "engine/ports/sealing.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace slipway {

struct kept_secret {
    std::string fingerprint;  // a digest of the secret: tells whether another one is the same, and nothing else of it
    std::string sealed;       // empty: the store only remembers it, and it is kept beside the store
    friend bool operator==(const kept_secret&, const kept_secret&) = default;
};

// Anything in the store that is sealed under the encryption key: one of these secrets, a provider's token, or the webhook
// by which a provider is told.
struct sealed_text {
    sealed_for purpose;
    std::string sealed;
};

class secret_store {
public:
    virtual ~secret_store() = default;

    virtual boost::asio::awaitable<result<std::optional<kept_secret>>> get(std::string name) = 0;

    // What is kept under the name from now on: another process may have been first.
    virtual boost::asio::awaitable<result<kept_secret>> put_if_absent(std::string name, kept_secret what) = 0;

    virtual boost::asio::awaitable<result<void>> replace(std::string name, kept_secret what) = 0;

    // Replaces every sealed text of the store by what `reseal` makes of it, a provider's before secrets, all or none; where that
    // is the same text, nothing is written. Called on the store's own thread.
    using reseal_function = std::function<result<std::string>(const sealed_text& old)>;
    virtual boost::asio::awaitable<result<void>> reseal_all(reseal_function reseal) = 0;
};

}  // namespace slipway
