// What an adapter for people has in hand and must find again after a restart: a question that waits for an answer, a
// message that goes on being edited. Each is a text under a kind and an id; what is in it is its owner's business, and no
// secret is in it in the clear.
//
// Kept in the same store as the event log, one transaction per call. Called on the loop's thread and resumes there;
// errors are of kind storage.
#pragma once

#include "engine/base/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace slipway {

struct document {
    std::string kind;  // "discord_batch"
    std::string id;
    std::string body;  // UTF-8
    friend bool operator==(const document&, const document&) = default;
};

class documents {
public:
    virtual ~documents() = default;

    // All of a kind, in the order of their ids.
    virtual boost::asio::awaitable<result<std::vector<document>>> all(std::string kind) = 0;
    // False: there is one of this kind and id already, and it stays as it is.
    virtual boost::asio::awaitable<result<bool>> add(document one) = 0;
    // Makes it or replaces its body.
    virtual boost::asio::awaitable<result<void>> put(document one) = 0;
    // That there is none is no error.
    virtual boost::asio::awaitable<result<void>> remove(std::string kind, std::string id) = 0;
};

}  // namespace slipway
