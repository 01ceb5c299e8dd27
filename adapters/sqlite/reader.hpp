// Reads an event log: a read-only connection with its statements. Works beside a running writer, sees what is
// committed, and never takes the writer's lock.
//
// One thread at a time. Every function ends its read transaction before it returns, unless a snapshot holds it open.
// Errors are `unreachable` while opening and `storage` afterwards; the message names the file.
#pragma once

#include "adapters/sqlite/connection.hpp"
#include "engine/ports/event_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::sqlite {

class reader {
public:
    // A file that is cut off is refused, or shown as far as it goes: cut_off() then says what is wrong with it.
    enum class damage { refused, shown };
    static result<reader> open(const std::string& path, damage where_cut_off = damage::refused);

    const std::string& path() const { return connection_.path(); }
    const std::string& install_id() const { return install_id_; }
    const std::optional<error>& cut_off() const { return cut_off_; }

    // As the port says (engine/ports/event_log.hpp).
    result<std::vector<event_record>> read_stream(const stream_id& stream, std::uint64_t after_version);
    result<std::vector<event_record>> read_all(std::uint64_t after_seq, std::size_t limit);
    result<std::vector<stream_head>> heads(const head_filter& filter);
    result<std::vector<stream_id>> live_with_key(const std::string& provider, const std::string& key_fingerprint,
                                                 const stream_id& except);
    result<std::vector<event_record>> find_command(const std::string& command_id);

    // For what is kept beside the events.
    connection& on() { return connection_; }

    // What SQLite itself finds wrong with the file (PRAGMA integrity_check), a line each; empty where all is well.
    result<std::vector<std::string>> integrity();
    // The highest seq; 0 for an empty log.
    result<std::uint64_t> last_seq();

    // While it lives every read sees the log as it was when it was made: for looking at events and heads together
    // beside a writer. The writer's -wal file grows meanwhile. Not nested; must end before the reader.
    class snapshot {
    public:
        explicit snapshot(reader& of);
        ~snapshot();
        snapshot(const snapshot&) = delete;
        snapshot& operator=(const snapshot&) = delete;

    private:
        reader& of_;
    };

private:
    explicit reader(connection on) : connection_(std::move(on)) {}

    result<void> prepare();
    result<std::vector<event_record>> records(statement& query);

    connection connection_;
    std::string install_id_;
    std::optional<error> cut_off_;
    statement by_stream_, by_seq_, by_command_, by_key_, last_seq_;
};

// The columns of `events` in the order that read_record takes them.
extern const char* const record_columns;
event_record read_record(const statement& row);

}  // namespace slipway::sqlite
