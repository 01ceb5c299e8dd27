// What tools and the CLI's read-only verbs see of a log: its records and heads, and what is known of the store that holds
// them. It works beside whoever writes, and changes nothing.
//
// Opened by adapters/composition/store.hpp and owned by whoever looks. Synchronous: a call returns when the store has
// answered. One thread at a time; interrupt() from any. Errors are of kind storage and name the store. Of a damaged store
// everything is read that can be.
#pragma once

#include "engine/ports/event_log.hpp"
#include "engine/ports/secret_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

// Who appends to a log.
struct log_holder {
    std::string who;  // program and process id
    timestamp since;
    bool running = false;  // it holds the log at this moment
};

struct schema_versions {
    int found = 0;
    int newest = 0;  // that this program knows
};

enum class check_depth { quick, whole };

class log_reader {
public:
    virtual ~log_reader() = default;

    // What people call it: a file's path, an address without its password.
    virtual std::string place() const = 0;
    virtual std::string install_id() const = 0;
    virtual std::string created_at() const = 0;  // as it stands in the store; empty where that cannot be read
    virtual schema_versions schema() const = 0;
    // As far as this machine shows it; nothing where nobody ever opened the log for writing.
    virtual std::optional<log_holder> holder() = 0;

    // As the event log has them (event_log.hpp).
    virtual result<std::vector<event_record>> read_stream(const stream_id& stream, std::uint64_t after_version) = 0;
    virtual result<std::vector<stream_head>> heads(const head_filter& filter) = 0;

    // All records behind `after_seq` in order of seq, one after the other, until the end of the log or until `take` says
    // false. Few are in memory at once, and nothing of the store is held up while `take` works, however long it takes.
    // Where a place cannot be read, `take` has had everything before it.
    using taker = std::function<bool(event_record& record)>;
    virtual result<void> visit(std::uint64_t after_seq, const taker& take) = 0;

    // Where several write, a number is drawn before it is known whether its record is stored: one that is missing says nothing.
    virtual bool has_every_seq() const { return true; }
    virtual result<std::uint64_t> last_seq() = 0;  // 0 for an empty log
    virtual result<std::uint64_t> event_count() = 0;
    // Those that have events, whether they have a head or not.
    virtual result<std::vector<stream_id>> streams_with_events() = 0;

    virtual result<std::optional<kept_secret>> kept(const std::string& name) = 0;

    // That the store ends too early, where that was seen when it was opened: what it should hold more is lost.
    virtual const std::optional<error>& cut_off() const = 0;
    // What the store itself finds wrong with what it keeps, a sentence each; empty where all is well. May take as long as
    // reading all of it.
    virtual result<std::vector<std::string>> integrity(check_depth how) = 0;
    // Ends what another thread waits for in this reader, with an error there.
    virtual void interrupt() = 0;
    // A second reader of the same store, for another thread.
    virtual result<std::unique_ptr<log_reader>> another() const = 0;

    // While it lives every read sees the log as it was when it was made: for looking at events and heads together beside
    // a writer. Not nested; must end before the reader.
    class snapshot {
    public:
        explicit snapshot(log_reader& of) : of_(of) { of_.begin_snapshot(); }
        ~snapshot() { of_.end_snapshot(); }
        snapshot(const snapshot&) = delete;
        snapshot& operator=(const snapshot&) = delete;

    private:
        log_reader& of_;
    };

protected:
    virtual void begin_snapshot() = 0;
    virtual void end_snapshot() = 0;
};

}  // namespace slipway
