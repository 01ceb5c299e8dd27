// Reads an event log: a read-only connection with its statements. Works beside a running writer, sees what is
// committed, and never takes the writer's lock. Tools have it as a log_reader (engine/ports/log_reader.hpp), the event log
// as its reading thread.
//
// One thread at a time. Every function ends its read transaction before it returns, unless a snapshot holds it open.
// Errors are `unreachable` while opening and `storage` afterwards; the message names the file.
#pragma once

#include "adapters/sqlite/connection.hpp"
#include "engine/ports/log_reader.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sqlite {

class reader final : public log_reader {
public:
    // A file that is cut off is refused, or shown as far as it goes: cut_off() then says what is wrong with it.
    enum class damage { refused, shown };
    static result<reader> open(const std::string& path, damage where_cut_off = damage::refused);
    // A file that nobody else opens: none comes to lie beside it.
    static result<reader> open_alone(const std::string& path);

    std::string place() const override { return connection_.path(); }
    std::string install_id() const override { return install_id_; }
    std::string created_at() const override { return created_at_; }
    schema_versions schema() const override;
    // What is read beside the events may need every table. `unreachable` where an older slipway wrote last.
    result<void> must_be_newest() const;
    std::optional<log_holder> holder() override;
    const std::optional<error>& cut_off() const override { return cut_off_; }

    // As the ports say.
    result<std::vector<event_record>> read_stream(const stream_id& stream, std::uint64_t after_version) override;
    result<std::vector<event_record>> read_all(std::uint64_t after_seq, std::size_t limit);
    result<void> visit(std::uint64_t after_seq, const taker& take) override;
    result<std::vector<stream_head>> heads(const head_filter& filter) override;
    result<stream_counts> count_live();
    result<std::vector<stream_id>> live_with_key(const std::string& provider, const std::string& key_fingerprint,
                                                 const stream_id& except);
    result<std::vector<event_record>> find_command(const std::string& command_id);
    result<std::optional<std::string>> find_request(const std::string& key);
    result<std::uint64_t> last_seq() override;
    result<std::uint64_t> event_count() override;
    result<std::vector<stream_id>> streams_with_events() override;
    result<std::optional<kept_secret>> kept(const std::string& name) override;

    // PRAGMA integrity_check and quick_check.
    result<std::vector<std::string>> integrity(check_depth how) override;
    void interrupt() override { sqlite3_interrupt(connection_.raw()); }
    result<std::unique_ptr<log_reader>> another() const override;

    // For what is kept beside the events.
    connection& on() { return connection_; }

private:
    explicit reader(connection on) : connection_(std::move(on)) {}

    // The writer's -wal file grows meanwhile.
    void begin_snapshot() override;
    void end_snapshot() override;

    result<void> prepare();
    // What stands there, as far as it can be read.
    result<void> records(statement& query, std::vector<event_record>& found);
    result<std::vector<event_record>> records(statement& query);
    std::size_t read_page(std::uint64_t after_seq, std::size_t most, std::vector<event_record>& into, result<void>& read);

    connection connection_;
    int schema_ = 0;
    std::string install_id_, created_at_;
    std::optional<error> cut_off_;
    bool for_tools_ = false;  // which may take more memory
    int streams_read_ = 0;
    std::map<std::string, statement> heads_;  // by their text: a filter has one of few forms
    statement by_stream_, by_seq_, by_command_, by_request_, by_key_, last_seq_;
};

// The columns of `events` in the order that read_record takes them.
extern const char* const record_columns;
event_record read_record(const statement& row);
void read_record(const statement& row, event_record& into);  // the memory of which is used again

}  // namespace slipway::sqlite
