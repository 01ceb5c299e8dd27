// Leases in PostgreSQL (engine/ports/leases.hpp): a stream's in its row of `streams`, where an append compares it under the
// row's lock, everything else in the table `leases`. Time is the server's alone: a daemon's clock decides nothing here.
//
// A stream can be claimed once it exists. What others hold locked at the moment is passed over by claim_unheld and waited
// for by the rest, as long as their statement takes. Every VM on its way claims and releases several: those of many VMs share
// a statement.
#pragma once

#include "adapters/postgres/event_store.hpp"
#include "adapters/postgres/shared_statement.hpp"
#include "engine/ports/leases.hpp"

#include <string>

namespace slipway::postgres {

class lease_table final : public leases {
public:
    // Its holder is the store's process: this run of this program and nobody else's. The store outlives it.
    lease_table(event_store& in, std::chrono::seconds duration);

    std::chrono::milliseconds duration() const override { return duration_; }
    boost::asio::awaitable<result<std::optional<lease>>> claim(std::string name) override;
    boost::asio::awaitable<result<std::vector<lease>>> claim_unheld(std::size_t at_most, left_alone others) override;
    boost::asio::awaitable<result<std::vector<renewed_lease>>> renew(std::vector<lease> held) override;
    boost::asio::awaitable<result<void>> release(std::vector<lease> held) override;

private:
    event_store& store_;
    const std::chrono::seconds duration_;
    const std::string holder_, seconds_;
    shared_statement<std::string, std::optional<lease>> claims_;
    shared_statement<std::vector<lease>, void> releases_;
};

}  // namespace slipway::postgres
