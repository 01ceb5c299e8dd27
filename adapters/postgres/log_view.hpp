// What tools see of an event log on PostgreSQL (engine/ports/log_reader.hpp), beside the daemons that write. It only reads:
// a role that may SELECT and nothing else is enough.
#pragma once

#include "adapters/postgres/schema_steps.hpp"
#include "adapters/postgres/server_session.hpp"
#include "engine/ports/log_reader.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::postgres {

class log_view final : public log_reader {
public:
    // Errors as look_at_schema, and for a database without tables.
    static result<std::unique_ptr<log_view>> open(const server_address& where);

    std::string place() const override { return on_.where().place(); }
    std::string install_id() const override { return facts_.install_id; }
    std::string created_at() const override { return facts_.created_at; }
    schema_versions schema() const override;
    std::optional<log_holder> holder() override { return {}; }  // any number of daemons, on any machine
    const std::optional<error>& cut_off() const override { return whole_; }

    result<std::vector<event_record>> read_stream(const stream_id& stream, std::uint64_t after_version) override;
    result<std::vector<stream_head>> heads(const head_filter& filter) override;
    result<void> visit(std::uint64_t after_seq, const taker& take) override;
    bool has_every_seq() const override { return false; }
    result<std::uint64_t> last_seq() override;
    result<std::uint64_t> event_count() override;
    result<std::vector<stream_id>> streams_with_events() override;
    result<std::optional<kept_secret>> kept(const std::string& name) override;
    // The server looks after its pages itself.
    result<std::vector<std::string>> integrity(check_depth) override { return std::vector<std::string>(); }
    void interrupt() override { on_.cut(); }
    result<std::unique_ptr<log_reader>> another() const override;

private:
    explicit log_view(const server_address& where) : on_(where) {}
    void begin_snapshot() override;
    void end_snapshot() override;
    result<std::uint64_t> number(const char* sql);

    session on_;
    store_facts facts_;
    std::optional<error> whole_;
};

}  // namespace slipway::postgres
