// The documents port in the event log's own file: table `documents` (schema/sqlite/0006_documents.sql). The log must outlive
// it.
#pragma once

#include "adapters/sqlite/log.hpp"
#include "engine/ports/documents.hpp"

namespace slipway::sqlite {

class documents final : public slipway::documents {
public:
    explicit documents(log& in) : log_(in) {}

    boost::asio::awaitable<result<std::vector<document>>> all(std::string kind) override;
    boost::asio::awaitable<result<bool>> add(document one) override;
    boost::asio::awaitable<result<void>> put(document one) override;
    boost::asio::awaitable<result<void>> remove(std::string kind, std::string id) override;

private:
    log& log_;
};

}  // namespace slipway::sqlite
