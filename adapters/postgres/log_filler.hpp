// A new event log on PostgreSQL made of another's records: engine/ports/log_importer.hpp as one transaction, under a lock
// on the tables: no daemon opens a stream meanwhile.
#pragma once

#include "adapters/postgres/server_session.hpp"
#include "engine/ports/log_importer.hpp"

#include <memory>
#include <optional>

namespace slipway::postgres {

class log_filler final : public log_importer {
public:
    // Makes the tables where there are none. Errors as migrate; `refused` where there are events or providers.
    static result<std::unique_ptr<log_filler>> open(const server_address& where);

    std::string place() const override { return on_.where().place(); }
    result<void> set_origin(const log_origin& origin) override;
    std::optional<not_taken> add(std::span<const event_record> batch) override;
    result<std::vector<event_record>> read_stream(const stream_id& stream) override;
    result<void> put_head(const stream_head& head) override;
    result<void> commit() override;

private:
    explicit log_filler(const server_address& where) : on_(where) {}
    result<void> run(const std::string& sql, const std::vector<std::string>& values);
    std::optional<trouble> insert(std::span<const event_record> records);

    session on_;
    std::uint64_t last_seq_ = 0;
};

}  // namespace slipway::postgres
