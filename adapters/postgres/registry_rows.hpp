// The registry port in the event log's own database: tables `providers`, `recipients`, `offerings`, `user_defaults`
// and `idempotency_keys` (schema/postgres/0002_marketplace.sql, 0003_people.sql). The store must outlive it.
#pragma once

#include "adapters/postgres/event_store.hpp"
#include "engine/ports/registry.hpp"

namespace slipway::postgres {

class registry final : public slipway::registry {
public:
    explicit registry(event_store& in) : store_(in) {}

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
    event_store& store_;
};

}  // namespace slipway::postgres
