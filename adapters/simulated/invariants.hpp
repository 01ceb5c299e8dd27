// What must be true in the simulated world at every moment, however many things go wrong. Watches what the log stores
// and what comes into being at Hetzner; keeps its own fold of every stream, from the stored bytes.
#pragma once

#include "engine/machines/vm.hpp"
#include "adapters/simulated/ports.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace slipway::simulated {

// The number is the exit code of slipway-simulate.
enum class violation_kind {
    illegal_event = 10,   // the log holds an event that the table does not allow
    two_servers = 11,     // more than one live server for one stream
    unknown_server = 12,  // a server that no stream knows or looks for
    unknown_key = 13,     // a key of ours that no stream knows or looks for
    recipe_twice = 14,
    not_gone = 15,         // a stream that has ended still has something in the world
    replay_differs = 16,   // replaying the log gives another state than the engine has
    lost_command = 17,     // a command was acknowledged and is not in the log
    stuck = 18,            // a stream neither ends nor waits for a time
    touched_foreign = 19,  // something that is not ours was deleted
    bug = 20,              // an exception that nobody expected
    accepted_twice = 21,   // one contract became two streams
    ended_early = 22,      // a contract expired before its time
    outlived = 23,         // a contract is active although its time is over
    over_budget = 24,      // more requests than Hetzner allows
    starved = 25,          // something could not be deleted because others spent the budget
    unleased = 26,         // a request that makes something left although another may work on the stream
    ended_unasked = 27,    // what was active was deleted, and nobody had asked for it, and no time had come
    two_of_contract = 28,  // one contract has two servers, over all histories of the log
    leaks_for_ever = 29,   // what could not be deleted is still there long after it could be
    recipe_wasted = 30,    // a VM is taken back although its recipe had ended well
};

struct violation {
    violation_kind kind{};
    std::string text;
    std::int64_t at = 0;  // ms since the start of the world
};

std::string_view name(violation_kind k);

class invariants final : public cloud_watcher {
public:
    explicit invariants(universe& u);

    void server_made(const simulated_server& s) override;
    void key_made(const cloud_ssh_key& key) override;
    void server_ended(const simulated_server& s) override;
    void recipe_started(const simulated_server& s, const std::string& run_id) override;

    // The log is an older one from now on: what it does not know is no fault of the engine's.
    void restored();
    void copied() { several_histories_ = true; }
    // What a copy of the log stores beside it.
    void stored_beside(const std::vector<event_record>& records);

    // Everything could have been deleted for long.
    void nothing_leaks();

    // The engine's own state of a stream, at a moment when nothing of it is on its way to the log.
    void compare(const stream_id& stream, const vm_state& live);

    // The engine has been up for `awake` by now, and no clock jumped: what had expired before must have been ended.
    void nothing_outlived(milliseconds awake);

    // Over the whole run: within the budget, and under a lease.
    void requests_were_right();

    // When everything has ended: a clean slate.
    void nothing_left();

    void report(violation_kind kind, std::string text);

    std::size_t unfinished() const { return busy_.size(); }  // streams that want something
    std::function<void(const event_record&)> witness;        // of every record that is stored; may be empty

    const std::map<stream_id, vm_state>& states() const { return states_; }
    const std::vector<violation>& found() const { return found_; }
    std::uint64_t digest() const { return digest_; }  // of everything that was stored, in order

private:
    void stored(const std::vector<event_record>& records);
    void check_contract(const event_record& r, const event& e, const vm_state& before);
    void check_recipe(const stream_id& stream, const vm_state& s);
    void check_servers(const stream_id& stream, const vm_state& s);
    void check_key(const std::string& fingerprint);
    bool is_known(const vm_state& s, std::int64_t server) const;

    universe& u_;
    std::map<stream_id, vm_state> states_;
    std::map<std::string, std::set<stream_id>> by_key_;
    std::map<std::string, stream_id> contracts_;  // by the marketplace's id
    std::map<std::int64_t, int> recipes_;  // by server
    std::set<stream_id> busy_;
    bool several_histories_ = false;
    void note_history(const event_record& r, const event& e);
    std::set<std::pair<std::string, std::int64_t>> ever_active_;  // streams with their servers, in any history
    std::set<std::string> ever_commanded_;                        // streams, in any history
    std::map<std::string, timestamp> due_;                        // and when they end by themselves
    std::map<std::string, std::set<std::int64_t>> of_contract_;  // servers, by contract
    std::vector<violation> found_;
    std::uint64_t digest_ = 1469598103934665603u;
};

}  // namespace slipway::simulated
