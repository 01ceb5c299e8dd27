// The registry (engine/ports/registry.hpp) in memory: what its database would hold. It answers at once and always; for
// what works beside an engine in the simulated world.
//
// One loop, one thread.
#pragma once

#include "engine/ports/registry.hpp"

#include <map>
#include <string>

namespace slipway::simulated {

class registry_model final : public registry {
public:
    boost::asio::awaitable<result<std::vector<provider_record>>> providers() override;
    boost::asio::awaitable<result<std::optional<provider_record>>> provider(std::string id) override;
    boost::asio::awaitable<result<void>> put_provider(provider_record record) override;
    boost::asio::awaitable<result<void>> note_token(provider_record about) override;
    boost::asio::awaitable<result<std::vector<offering_record>>> offerings() override;
    boost::asio::awaitable<result<std::optional<offering_record>>> offering(std::string id) override;
    boost::asio::awaitable<result<void>> put_offering(offering_record record) override;
    boost::asio::awaitable<result<user_defaults>> defaults(std::string owner) override;
    boost::asio::awaitable<result<void>> put_defaults(user_defaults record) override;

private:
    std::map<std::string, provider_record> providers_;
    std::map<std::string, offering_record> offerings_;
    std::map<std::string, user_defaults> defaults_;
};

}  // namespace slipway::simulated
