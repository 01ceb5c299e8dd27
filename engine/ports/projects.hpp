// Hetzner's projects, as far as the service needs them beyond what the engine does (cloud.hpp): what can be ordered, what
// is there, and whether a token works. And the other way round, where the projects get their tokens from.
//
// Owned by the composition root; called on the loop's thread and resumes there.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/model/catalog.hpp"
#include "engine/ports/cloud.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// The project of slipway's own configuration, for VMs that are requested directly.
inline constexpr const char* direct_project = "direct";

// Printable ASCII without blanks: anything else comes from a broken paste, and must not get into a header.
inline bool looks_like_a_token(std::string_view token) {
    return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

using catalog_result = cloud_result<std::shared_ptr<const catalog>>;

class project : public cloud {
public:
    // Whether the token works, asked with the smallest request there is. Whether it may write is not said.
    virtual boost::asio::awaitable<cloud_result<void>> check_token() = 0;

    // All of the project's `kind`: networks, ssh_keys, firewalls.
    virtual boost::asio::awaitable<cloud_result<std::vector<cloud_resource>>> list_resources(std::string kind) = 0;

    // What can be ordered and what it costs; at most an hour old, unless a fresh one is asked for.
    virtual boost::asio::awaitable<catalog_result> catalog(bool fresh = false) = 0;

    // The body of the request that would create this server, a JSON object; contacts nobody.
    virtual std::string creation_request(const new_server& server) const = 0;

    // Of the request budget, as it is reckoned now.
    virtual double requests_left() const = 0;
};

using project_result = result<std::shared_ptr<project>>;

class projects : public cloud_source {
public:
    // A provider's, with the token that is kept for it now; of `direct_project` the configuration's own.
    // error_kind::not_found where there is no such provider, configuration where its token cannot be read.
    virtual boost::asio::awaitable<project_result> find(std::string provider) = 0;

    // One that is used for a check and belongs to no provider.
    virtual std::shared_ptr<project> unnamed(secret token) = 0;

    // "direct" where there is one, and every provider; in order.
    virtual boost::asio::awaitable<result<std::vector<std::string>>> names() = 0;
};

// Where the providers' tokens are kept. The service implements it over the registry, so that one which another process
// has stored is known at once.
class provider_tokens {
public:
    virtual ~provider_tokens() = default;

    virtual boost::asio::awaitable<result<std::vector<std::string>>> providers() = 0;

    // As it is kept, sealed; none: there is no such provider.
    virtual boost::asio::awaitable<result<std::optional<std::string>>> find(std::string provider) = 0;

    // In the clear, for as long as a request needs it.
    virtual result<secret> open(const std::string& provider, const std::string& sealed) = 0;

    // What Hetzner said of this token: on its first answer, and whenever that changes.
    virtual void heard(const std::string& provider, const std::string& sealed, bool works,
                       const std::string& why_not) = 0;
};

}  // namespace slipway
