// What a marketplace's operator has set up and what stays when nothing happens: providers with their sealed tokens, and
// their offerings. Contracts carry a copy of what they need, so nothing in here is read to replay a log.
//
// Kept in the same store as the event log, one transaction per call. Called on the loop's thread and resumes there;
// errors are of kind storage.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

// Where somebody can be told something.
struct recipient {
    std::string channel;  // "discord", "email", "telegram"
    std::string address;  // what that channel sends to, sealed where that is a secret; never empty
    friend bool operator==(const recipient&, const recipient&) = default;
};

struct provider_record {
    std::string id;
    std::string sealed_token;  // adapters/vault/seal.hpp's text form; never the token
    std::vector<recipient> recipients;  // by channel, at most one of each
    bool token_works = true;            // what Hetzner said when it was last asked
    std::string token_problem;          // why not, in a sentence
    timestamp token_checked_at;
    timestamp created_at;
    timestamp changed_at;
    friend bool operator==(const provider_record&, const provider_record&) = default;
};

struct offering_record {
    std::string id;
    std::string provider;
    std::string server_type;
    std::string location;
    std::string image;
    std::int64_t image_id = 0;  // the image of that name for the server type's architecture
    std::string recipe;         // empty: none
    timestamp created_at;
    timestamp changed_at;
    friend bool operator==(const offering_record&, const offering_record&) = default;
};

// What somebody takes where a project has several of a kind, by id. None: nothing was said; 0: none of them, which no
// SSH key can be.
struct user_defaults {
    std::string owner;
    std::optional<std::int64_t> network, ssh_key, firewall;
    friend bool operator==(const user_defaults&, const user_defaults&) = default;
};

class registry {
public:
    virtual ~registry() = default;

    virtual boost::asio::awaitable<result<std::vector<provider_record>>> providers() = 0;
    virtual boost::asio::awaitable<result<std::optional<provider_record>>> provider(std::string id) = 0;
    // Makes it or replaces all of it but created_at.
    virtual boost::asio::awaitable<result<void>> put_provider(provider_record record) = 0;
    // Only what is known of the token, and only while the sealed token is still this one.
    virtual boost::asio::awaitable<result<void>> note_token(provider_record about) = 0;

    virtual boost::asio::awaitable<result<std::vector<offering_record>>> offerings() = 0;
    virtual boost::asio::awaitable<result<std::optional<offering_record>>> offering(std::string id) = 0;
    virtual boost::asio::awaitable<result<void>> put_offering(offering_record record) = 0;

    // Empty ones where the owner has none.
    virtual boost::asio::awaitable<result<user_defaults>> defaults(std::string owner) = 0;
    // All of the owner's.
    virtual boost::asio::awaitable<result<void>> put_defaults(user_defaults record) = 0;
};

}  // namespace slipway
