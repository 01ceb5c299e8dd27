// The registry port in the event log's own file: tables `providers`, `recipients`, `offerings`, `user_defaults` and
// `idempotency_keys` (schema/sqlite/0002_marketplace.sql, 0004_recipients.sql, 0005_user_defaults.sql). The log must outlive it.
#pragma once

#include "adapters/sqlite/log.hpp"
#include "engine/ports/registry.hpp"

namespace slipway::sqlite {

class registry final : public slipway::registry {
public:
    explicit registry(log& in) : log_(in) {}

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
    log& log_;
};

}  // namespace slipway::sqlite
