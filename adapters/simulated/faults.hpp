// What may go wrong in the simulated world, by name, and who chooses. A simulated port asks its fault_source at every
// call; each port's header says which faults it may make and why the engine must survive them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::simulated {

// Where a call leaves the process.
enum class site {
    append,
    read_log,
    open_project,
    create_key,
    find_key,
    delete_key,
    create_server,
    find_server,
    delete_server,
    wait_actions,
    reach_ssh,
    run_recipe,
    prepare_keys,
    hand_over,
    lease,
    survey,  // of a project: both of its lists
};
inline constexpr int site_count = 16;

enum class fault {
    none,
    crash_before,  // the process dies; the call never left
    crash_after,   // the call was carried out; the process dies before it hears of it
    repeated,      // the call is carried out twice, as a repeated delivery would
    // The log.
    unavailable_log,  // disk full, locked: nothing is stored
    torn,             // stored, and reported as unavailable: the disk failed after the commit
    // Credentials.
    no_credentials,
    foreign_token,  // it opens another project, which has nothing of what was made before
    // Hetzner, not carried out.
    not_sent,
    unauthorized,
    forbidden,
    quota,
    conflict,
    unavailable,
    invalid,
    locked,
    protected_resource,
    rate_limited,
    refused_by_server_error,
    lost_request,
    // Hetzner, carried out and the caller does not hear of it.
    done_but_server_error,
    lost_reply,
    bad_answer,
    late,   // carried out after the caller has given up, up to a minute after it was sent
    waits,  // it leaves only after its turn has come, up to two minutes later
    // What comes of a server that was created.
    never_boots,
    no_address,
    vanishes,
    stranger_answers,  // somebody else's host at its address
    action_fails,
    // SSH.
    refuses,  // no connection; nothing ran
    closes,   // it ran, and the session broke before the answer
    stalls,   // it ran, and nothing more is heard until the deadline
    denies,
    wrong_host_key,
    broken,
    recipe_fails,
    recipe_hangs,
    ssh_changes,             // the recipe changes SSH and ends well: who is in stays in, nobody new gets in
    ssh_changes_and_closes,  // … and its session breaks before it has said how it ended
    half_way,  // hand_over: the new keys are in use, ours is not gone yet, and the session breaks
};
inline constexpr int fault_count = static_cast<int>(fault::half_way) + 1;

std::string_view name(site s);
std::string_view name(fault f);
std::optional<fault> fault_named(std::string_view text);

// The faults that a call from this site can meet, `none` left out.
std::span<const fault> possible(site s);

class fault_source {
public:
    virtual ~fault_source() = default;
    virtual fault choose(site s) = 0;
};

// Nothing ever goes wrong.
class no_faults final : public fault_source {
public:
    fault choose(site) override { return fault::none; }
};

// Named calls fail in a named way: the Nth call of all (from 0), and all calls of a kind as long as a function says so.
// Remembers the calls, so that a test can enumerate what can go wrong in a run.
class planned_faults final : public fault_source {
public:
    fault choose(site s) override;

    std::map<std::size_t, fault> at;            // by number of the call
    std::map<std::pair<site, int>, fault> nth;  // the nth call (from 1) from this site
    std::function<fault(site)> otherwise;       // may be empty
    std::vector<site> calls;

private:
    std::map<site, int> count_;
};

}  // namespace slipway::simulated
