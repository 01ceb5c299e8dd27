// The engine: takes commands, keeps one coroutine per VM that has something to do, and carries every VM from event to
// event until it is at rest. The same engine runs in the daemon, in the CLI and in the simulator; what differs is the
// world it is given.
//
// Several engines may share one log, where the world has leases: each works on the streams that it holds, takes over
// those of an engine that has died, and leaves one alone once its lease is over.
//
// Lives on one thread, the executor's; every function is called there. It owns the streams' states in memory; the log
// owns the truth. A command's answer is given only when its event is durable. When a process dies, a new engine on the
// same log continues with resume().
#pragma once

#include "engine/async/async_mutex.hpp"
#include "engine/async/keyed_mutex.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/runtime/lease_keeper.hpp"
#include "engine/runtime/perform.hpp"
#include "engine/runtime/surveys.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway {

struct engine_options {
    std::chrono::milliseconds late_grace{60'000};  // see step_context
    bool take_orders_only = false;                 // write commands down and leave the work to somebody else's resume()
    bool hold_contracts = false;                   // likewise for contracts that want to become VMs; their ends go on
};

// What the engine tells whoever runs it. Called on the engine's thread, in the order of the log; must not block.
class engine_observer {
public:
    virtual ~engine_observer() = default;
    virtual void appended(const vm_state& state, const std::vector<event_record>& records) = 0;
    // Another process that shares the log has stored something, or may have.
    virtual void log_grew() {}
    virtual void recipe_output(const stream_id&, std::string_view) {}
    // The log cannot be written at the moment. Nothing is lost: the engine tries again until it is stopped.
    virtual void log_trouble(const std::string& /*message*/) {}
    virtual void log_works() {}  // again
    // Another engine holds the stream by now: what this one had sent before it lost it came too late and was refused.
    virtual void append_fenced(const stream_id& /*stream*/, const std::string& /*message*/) {}
    // Time runs another way here than at Hetzner: nothing is ended by the clock until both agree.
    virtual void clock_trouble(const std::string& /*message*/) {}
    // A project has servers of this installation that the log does not know, or knows less of: until that is settled,
    // nothing is ordered or ended there. Told once, until it is over.
    virtual void older_log(const std::string& /*provider*/, const project_survey& /*seen*/) {}
    // This stream cannot be worked on: its log does not make sense to this program, or the program has a bug. The
    // others go on.
    virtual void stream_trouble(const stream_id& /*stream*/, const std::string& /*message*/) {}
};

struct submission {
    vm_command command;
    stream_id stream;        // of an existing VM; empty with what opens a stream: the engine makes its id
    std::string actor;       // "cli:alice"
    std::string command_id;  // given by the caller; the same id again gives the same answer. Empty: none.
    client_request request = {};  // that asks for it; kept with what the command stores
    bool first_time = false;  // the caller knows that nobody has given this command id before: it is not looked for
};

struct receipt {
    stream_id stream;
    vm_state state;
    bool repeated = false;  // this command id was known already; nothing new was written
};

class engine final : lease_listener {
public:
    engine(boost::asio::any_io_executor executor, world w, engine_observer& observer, engine_options options = {});
    ~engine() override;
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // Refusals are recorded in the stream they concern (command_refused) and come back as error_kind::refused.
    boost::asio::awaitable<result<receipt>> submit(submission s);

    // Takes up every stream that has something to do, and returns their ids; with leases those that nobody works on,
    // and from then on looks for more. One that cannot be replayed is told to the observer and left alone.
    boost::asio::awaitable<result<std::vector<stream_id>>> resume();

    // Whether the log is as far as the provider's project: asked at Hetzner where that is not known, or was seen longer
    // ago than `at_most`. Many may ask at once; one request answers all.
    // unreachable where Hetzner does not say.
    boost::asio::awaitable<result<survey_ptr>> survey(std::string provider, std::chrono::milliseconds at_most = any_age);
    static constexpr std::chrono::milliseconds any_age = std::chrono::milliseconds::max();
    // Providers in whose projects nothing is ordered or ended because the log is older.
    std::vector<std::string> older_projects() const { return surveys_.older(); }

    // Until this stream is at rest, or its project is seen to be further than the log, or the engine was stopped; its state
    // then.
    boost::asio::awaitable<vm_state> until_at_rest(stream_id stream);

    // Ends the steps in hand without recording an outcome: the next engine finds their intents and looks what they
    // left. Returns when no coroutine of the engine runs any more.
    boost::asio::awaitable<void> stop();

private:
    struct vm_stream;
    using stream_ptr = std::shared_ptr<vm_stream>;
    struct author {  // of events
        std::string actor, command_id;
        client_request request;
    };

    // None: somebody else stored something first, and it must be decided anew.
    boost::asio::awaitable<result<std::optional<receipt>>> submit_once(submission s);
    boost::asio::awaitable<result<stream_ptr>> load(stream_id stream);
    boost::asio::awaitable<result<std::optional<receipt>>> known_by_name(const vm_command& command);
    boost::asio::awaitable<result<stream_ptr>> opened_by(const vm_command& command);
    boost::asio::awaitable<result<std::optional<receipt>>> answered_before(const std::string& command_id);
    boost::asio::awaitable<std::optional<async_mutex::guard>> enter(stream_ptr s);
    boost::asio::awaitable<result<void>> catch_up(stream_ptr s);
    void note_plan(vm_stream& s);
    void take_up(const stream_ptr& s);
    void spawn(boost::asio::awaitable<void> work);
    boost::asio::awaitable<void> counted(boost::asio::awaitable<void> work);
    boost::asio::awaitable<result<std::vector<stream_id>>> share();
    void lease_found(const std::string& name) override;
    void lease_lost(const std::string& name) override;
    void lease_written(const std::string& name, std::uint64_t version) override;
    void log_grew() override;
    void store_answers(const std::string& trouble) override;
    boost::asio::awaitable<void> adopt(stream_id stream);
    boost::asio::awaitable<void> refresh(stream_ptr s);
    boost::asio::awaitable<result<void>> see_what_is_stored(stream_ptr s);
    boost::asio::awaitable<bool> own(stream_ptr s);
    bool still_ours(const vm_stream& s) const;
    boost::asio::awaitable<void> release(stream_id id, bool is_broken);
    boost::asio::awaitable<bool> own_key(stream_ptr s, std::string key);
    boost::asio::awaitable<void> drive(stream_ptr s);
    boost::asio::awaitable<void> attempt(stream_ptr s);
    boost::asio::awaitable<bool> may_work_in(stream_ptr s);
    void note_survey(const std::string& provider);
    boost::asio::awaitable<void> expire(stream_ptr s);
    boost::asio::awaitable<bool> is_over_by_both_clocks(stream_ptr s);
    event intent_of(vm_stream& s, const vm_state& state, const effect& what);
    bool is_no_news(vm_stream& s, const std::vector<event>& events);
    static void note_witness(vm_stream& s, const std::vector<event>& facts);
    void replan(vm_stream& s);
    boost::asio::awaitable<void> mend(stream_ptr s);
    boost::asio::awaitable<bool> begin(stream_ptr s, bool key_locked);
    boost::asio::awaitable<step_result> run_step(stream_ptr s, effect what, std::string key);
    boost::asio::awaitable<void> finish(stream_ptr s, step done, step_result outcome);
    boost::asio::awaitable<void> wait(stream_ptr s, std::chrono::milliseconds longest);
    boost::asio::awaitable<append_result> append_step(stream_ptr s, std::vector<event> events);
    boost::asio::awaitable<append_result> append(stream_ptr s, std::vector<event> events, author by, bool keep_trying);
    boost::asio::awaitable<void> take_turn(stream_ptr s, request_kind kind);
    bool has_work(const vm_state& state) const;

    boost::asio::any_io_executor executor_;
    world world_;
    engine_observer& observer_;
    engine_options options_;
    lease_keeper leases_;
    surveys surveys_;
    std::set<std::string> told_older_;  // the providers of older_log()
    bool clocks_differ_ = false;        // as clock_trouble() was told
    // When a request of any VM last turned out to be of unknown outcome, by the steady clock. Requests of earlier
    // processes were sent before this one began.
    std::chrono::milliseconds last_unknown_;
    bool stopping_ = false;
    bool shares_ = false;      // its leases are being renewed
    bool store_is_away_ = false;
    std::size_t running_ = 0;  // coroutines of the engine's own
    wakeup all_stopped_;
    keyed_mutex intake_;  // command ids, and what no two commands may be decided about at once
    std::map<stream_id, stream_ptr> streams_;  // those in memory: unfinished, or touched by a command
    keyed_mutex keys_;                         // at Hetzner, by provider and fingerprint
    std::map<std::pair<std::string, request_kind>, std::unique_ptr<async_mutex>> turns_;  // by provider
};

}  // namespace slipway
