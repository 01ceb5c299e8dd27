// The secret store in the event log's own database: table `secrets` (schema/postgres/0002_marketplace.sql); reseal_all()
// also takes the tokens of `providers`. The store must outlive it.
#pragma once

#include "adapters/postgres/event_store.hpp"
#include "engine/ports/secret_store.hpp"

namespace slipway::postgres {

class secret_rows final : public secret_store {
public:
    explicit secret_rows(event_store& in) : store_(in) {}

    boost::asio::awaitable<result<std::optional<kept_secret>>> get(std::string name) override;
    boost::asio::awaitable<result<kept_secret>> put_if_absent(std::string name, kept_secret what) override;
    boost::asio::awaitable<result<void>> replace(std::string name, kept_secret what) override;
    boost::asio::awaitable<result<void>> reseal_all(reseal_function reseal) override;

private:
    event_store& store_;
};

// For those who have no store: a reader, and who seals anew beside the daemons.
std::optional<kept_secret> read_kept_secret(transaction_base& in, const std::string& name);
result<void> reseal_beside(const server_address& where, const secret_store::reseal_function& reseal);

}  // namespace slipway::postgres
