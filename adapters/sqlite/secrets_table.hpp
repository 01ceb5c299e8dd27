// The secret store in the event log's own file: table `secrets` (schema/sqlite/0003_secrets.sql); reseal_all() also
// takes the tokens of `providers`. The log must outlive it.
#pragma once

#include "adapters/sqlite/log.hpp"
#include "engine/ports/secret_store.hpp"

namespace slipway::sqlite {

// For readers that have no log: doctor.
result<std::optional<kept_secret>> read_kept_secret(connection& on, const std::string& name);

// As reseal_all(), in a process beside the one that writes: these rows are nothing that the other remembers, and its own
// transactions wait for this one, which is short.
result<void> reseal_beside_writer(const std::string& path, const secret_store::reseal_function& reseal);

class secrets final : public secret_store {
public:
    explicit secrets(log& in) : log_(in) {}

    boost::asio::awaitable<result<std::optional<kept_secret>>> get(std::string name) override;
    boost::asio::awaitable<result<kept_secret>> put_if_absent(std::string name, kept_secret what) override;
    boost::asio::awaitable<result<void>> replace(std::string name, kept_secret what) override;
    boost::asio::awaitable<result<void>> reseal_all(reseal_function reseal) override;

private:
    log& log_;
};

}  // namespace slipway::sqlite
