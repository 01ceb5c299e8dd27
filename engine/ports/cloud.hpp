// One Hetzner project, as far as the engine needs it. One call is one request (wait_for shares the poll of everybody);
// nothing in here retries a request that may have changed something: what to do about a failure is the machine's
// choice.
//
// Owned by the cloud_source. Called on the loop's thread and resumes there; cancelling the coroutine closes the
// request, whose outcome is then unknown. Facts: Hetzner's OpenAPI document (docs.hetzner.cloud/cloud.spec.json), July
// 2026.
#pragma once

#include "engine/base/error.hpp"
#include "engine/base/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

// What an answer means for the caller, whatever its status was. The first group says that nothing was changed.
enum class cloud_failure {
    not_sent,            // no connection (DNS, refused, TLS): the request never left
    unauthorized,        // 401: token unknown, revoked, or read-only
    forbidden,           // 403 forbidden
    quota,               // 403 resource_limit_exceeded
    not_found,           // 404
    name_taken,          // 409 uniqueness_error: a name or a key's material exists
    conflict,            // 409 conflict, 403 maintenance: repeat the same request
    unavailable,         // 412 resource_unavailable, 422 placement_error: not orderable here now
    invalid,             // 400, 405, 410, 422: the request is wrong
    locked,              // 423 locked: another action runs on the resource
    protected_resource,  // 423 protected: delete protection is on
    rate_limited,        // 429
    // The outcome is unknown: the request may have been carried out.
    server_error,  // 5xx
    lost,          // sent, then no answer within the deadline, or a broken connection
    bad_answer,    // an answer that cannot be read
    // Of an action that was waited for:
    action_failed,  // the action ended with status error
};

constexpr bool outcome_unknown(cloud_failure f) {
    return f == cloud_failure::server_error || f == cloud_failure::lost || f == cloud_failure::bad_answer;
}

struct cloud_error {
    cloud_failure failure = cloud_failure::lost;
    int status = 0;              // HTTP; 0 where there was no answer
    std::string code;            // Hetzner's error code, or the action's
    std::string message;         // a sentence for people, without any part of the token
    std::optional<int> wait_ms;  // rate_limited: how long until one request is allowed again
};

[[noreturn]] inline void throw_exception_from_error(const cloud_error& e, const boost::source_location&) {
    throw std::logic_error("cloud call failed: " + e.message);
}

template <class T>
using cloud_result = boost::system::result<T, cloud_error>;

using labels = std::map<std::string, std::string>;

struct cloud_ssh_key {
    std::int64_t id = 0;
    std::string name;
    std::string fingerprint;  // MD5, colon form
    slipway::labels labels;
};

// Something else that a project has, as far as people and the audit need it.
struct cloud_resource {
    std::int64_t id = 0;
    std::string name;
    std::string detail;  // a network's range, a key's fingerprint
    std::vector<std::string> zones;  // of a network: where a server can be attached, Hetzner's network zones
    std::string public_key;          // of an SSH key: the OpenSSH public line
    slipway::labels labels;
};

struct new_ssh_key {
    std::string name;
    std::string public_key;
    slipway::labels labels;
};

struct cloud_server {
    std::int64_t id = 0;
    std::string name;
    std::string status;               // running, initializing, starting, stopping, off, deleting, …
    std::optional<std::string> ipv4;  // none where the server has no public IPv4
    std::optional<std::string> ipv6;  // the /64's first host, "2001:db8::1"
    std::string server_type;
    std::string location;
    slipway::labels labels;
};

struct new_server {
    std::string name;
    std::string server_type;
    std::string location;
    std::int64_t image_id = 0;
    std::vector<std::int64_t> ssh_keys;
    std::vector<std::int64_t> networks;   // it is attached to; the public addresses stay
    std::vector<std::int64_t> firewalls;  // that guard it; at most five
    std::string user_data;  // at most 32 KiB
    slipway::labels labels;
};

struct created_server {
    cloud_server server;
    std::vector<std::int64_t> actions;  // create_server and its next actions: all must succeed
};

// Asked when a request that changes something has waited for its turn and is about to be sent; connecting may still take
// a while. False: it is not sent (not_sent). Empty: it may always be.
using send_permit = std::function<bool()>;

class cloud {
public:
    virtual ~cloud() = default;

    virtual boost::asio::awaitable<cloud_result<cloud_ssh_key>> create_ssh_key(new_ssh_key key,
                                                                               send_permit may_send = {}) = 0;
    virtual boost::asio::awaitable<cloud_result<std::optional<cloud_ssh_key>>> find_ssh_key(
        std::string fingerprint) = 0;
    virtual boost::asio::awaitable<cloud_result<void>> delete_ssh_key(std::int64_t id, send_permit may_send = {}) = 0;

    virtual boost::asio::awaitable<cloud_result<created_server>> create_server(new_server server,
                                                                               send_permit may_send = {}) = 0;
    virtual boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> find_server(std::string name) = 0;
    virtual boost::asio::awaitable<cloud_result<std::vector<cloud_server>>> list_servers(
        std::string label_selector) = 0;

    virtual boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> get_server(std::int64_t id) = 0;
    virtual boost::asio::awaitable<cloud_result<std::vector<cloud_ssh_key>>> list_ssh_keys(
        std::string label_selector) = 0;

    // Returns the id of the delete action; the server is gone when that ends.
    virtual boost::asio::awaitable<cloud_result<std::int64_t>> delete_server(std::int64_t id, send_permit may_send = {}) = 0;

    // Names the token that requests are made with: two marks that are equal are of one token, and so of one project.
    // Tells nothing of the token itself, and may be stored. Empty where the token cannot be read.
    virtual std::string token_mark() const = 0;

    // What Hetzner's clock shows now: the date of its last answer, and what has passed since. None before the first.
    virtual std::optional<timestamp> time() const = 0;

    // Until all of these actions have succeeded, or one has failed (action_failed). Everybody who waits shares one
    // poll.
    virtual boost::asio::awaitable<cloud_result<void>> wait_for(std::vector<std::int64_t> actions) = 0;
};

// Finds the project that belongs to a provider ("direct": the token of this process's own configuration).
class cloud_source {
public:
    virtual ~cloud_source() = default;

    virtual boost::asio::awaitable<result<std::shared_ptr<cloud>>> open(std::string provider) = 0;
};

}  // namespace slipway
