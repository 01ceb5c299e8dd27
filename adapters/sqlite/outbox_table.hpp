// The outbox port in the event log's own file: tables `outbox` and `outbox_position`
// (schema/sqlite/0002_marketplace.sql). The log must outlive it.
#pragma once

#include "adapters/sqlite/log.hpp"
#include "engine/ports/outbox.hpp"

namespace slipway::sqlite {

class outbox final : public slipway::outbox {
public:
    explicit outbox(log& in) : log_(in) {}

    boost::asio::awaitable<result<std::uint64_t>> read_up_to() override;
    boost::asio::awaitable<result<void>> add(std::vector<outgoing> messages, std::optional<std::uint64_t> read_up_to) override;
    boost::asio::awaitable<result<std::vector<outgoing>>> pending(std::size_t limit) override;
    boost::asio::awaitable<result<std::size_t>> waiting() override;
    boost::asio::awaitable<result<void>> done(outgoing message, std::string note) override;
    boost::asio::awaitable<result<void>> postpone(outgoing message) override;

private:
    log& log_;
};

}  // namespace slipway::sqlite
