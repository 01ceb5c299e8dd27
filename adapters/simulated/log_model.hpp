// An event log in memory: the store, which outlives every process of the simulated world, as a disk does. Keeps the
// port's promises (engine/ports/event_log.hpp): all or nothing, gapless versions, appending an event id twice is
// appending it once, an older lease is fenced. As a store for several writers it refuses what is taken; for one writer
// it does not, as SQLite does not: there the engine must see to it. Hashes are left out: tests of the real store check
// them.
#pragma once

#include "engine/ports/event_log.hpp"

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace slipway::simulated {

class log_model {
public:
    append_result append(append_request request);
    // As it was after the last commit with which it had at most so many records: a backup that is restored.
    void restore(std::size_t records);
    void copy(const log_model& other);
    std::vector<event_record> read_stream(const stream_id& stream, std::uint64_t after_version) const;
    std::vector<event_record> read_all(std::uint64_t after_seq, std::size_t limit) const;
    std::vector<stream_head> heads(const head_filter& filter) const;
    std::vector<stream_id> live_with_key(const std::string& provider, const std::string& key_fingerprint,
                                         const stream_id& except) const;
    std::vector<event_record> find_command(const std::string& command_id) const;
    std::optional<std::string> find_request(const std::string& key) const;
    const std::map<stream_id, stream_head>& all_heads() const { return heads_; }
    const std::vector<event_record>& records() const { return records_; }

    bool several_writers = false;
    std::function<std::uint64_t(const stream_id&)> epoch_of;          // of the stream's lease
    std::function<void(const std::vector<event_record>&)> on_stored;  // called once per commit, in order

private:
    bool is_taken(const append_request& request) const;

    std::vector<event_record> records_;  // by seq - 1
    std::unordered_map<std::string, std::vector<std::size_t>> streams_;
    std::unordered_map<std::string, std::vector<std::size_t>> commands_;
    struct asked {
        std::string digest;
        std::size_t records;  // how many there were then
    };
    std::unordered_map<std::string, asked> requests_;  // by key
    std::map<stream_id, stream_head> heads_;
    std::unordered_set<std::string> event_ids_;
    std::vector<std::size_t> commits_;  // how many records there were after each
};

}  // namespace slipway::simulated
