// The documents port in the event log's own database: table `documents` (schema/postgres/0003_people.sql). The store must
// outlive it.
#pragma once

#include "adapters/postgres/event_store.hpp"
#include "engine/ports/documents.hpp"

namespace slipway::postgres {

class documents final : public slipway::documents {
public:
    explicit documents(event_store& in) : store_(in) {}

    boost::asio::awaitable<result<std::vector<document>>> all(std::string kind) override;
    boost::asio::awaitable<result<bool>> add(document one) override;
    boost::asio::awaitable<result<void>> put(document one) override;
    boost::asio::awaitable<result<void>> remove(std::string kind, std::string id) override;

private:
    event_store& store_;
};

}  // namespace slipway::postgres
