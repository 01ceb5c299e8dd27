// The computer on which the engine runs, in the simulated world: starts it, lets it die, starts it again, and moves
// time. A crash ends the process (schedule.hpp): from that instant nothing the engine does reaches the world. Its
// coroutines are then run to their end, so that nothing of one process is left when the next begins.
#pragma once

#include "engine/runtime/engine.hpp"
#include "adapters/simulated/invariants.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::simulated {

class computer final : public engine_observer {
public:
    computer(universe& u, invariants& rules, engine_options options = {});
    // On a copy of the log, beside those on the log itself.
    computer(universe& u, invariants& rules, log_model& copy);
    ~computer() override;

    void start();                // a new engine on the same log, and resume()
    void stop();                 // in good order; returns when it has stopped
    void crash();                // at once; also what a fault may do from inside
    void pause(milliseconds d);  // as SIGSTOP and SIGCONT do; it answers nobody meanwhile
    bool reachable() const { return running() && !process_->paused(); }
    bool running() const { return engine_ != nullptr; }
    bool is_beside() const { return &log_ != &u_.log; }
    milliseconds restart_at_most{1'000};  // after a crash; the computer starts the engine again by itself
    bool stays_down = false;

    using answered = std::function<void(const result<receipt>&)>;
    // Nothing is called where the process died before it could answer.
    void submit(submission s, answered then);
    // Runs the world until the answer is there; without value where the process died.
    std::optional<result<receipt>> ask(submission s);

    // Runs the world until it is true, or until this much time has passed. False: it never became true.
    bool run_until(const std::function<bool()>& what, milliseconds at_most);
    // Runs the world until the stream is at rest.
    bool run_until_at_rest(const stream_id& stream, milliseconds at_most = std::chrono::hours{3});
    void run_for(milliseconds d);

    const vm_state& state(const stream_id& stream) const { return rules_.states().at(stream); }
    std::string recipe_output() const { return output_; }
    int log_troubles() const { return troubles_; }
    int appends_fenced() const { return fenced_; }

    // For what works beside the engine in the same process; `also` is told what the engine does.
    engine_observer* also = nullptr;
    slipway::engine& engine() { return *engine_; }
    simulated::ports& process_ports() { return *ports_; }
    boost::asio::io_context& loop() { return context_; }

private:
    void appended(const vm_state& state, const std::vector<event_record>& records) override;
    void recipe_output(const stream_id&, std::string_view text) override { output_ += text; }
    void log_trouble(const std::string& message) override {
        ++troubles_;
        if (also) also->log_trouble(message);
    }
    void append_fenced(const stream_id& stream, const std::string& message) override {
        ++fenced_;
        if (also) also->append_fenced(stream, message);
    }
    void idle();         // everything that can run now
    void next_moment();  // moves time, and lets everybody's computers run
    void bury();         // after a crash
    void turn_off();
    void check_stored(const std::string& command, const receipt& answer);
    void note(std::exception_ptr e);

    universe& u_;
    invariants& rules_;
    engine_options options_;
    log_model& log_;
    std::string name_;
    int starts_ = 0;
    boost::asio::io_context context_;
    process_ptr process_;
    std::unique_ptr<ports> ports_;
    std::unique_ptr<slipway::engine> engine_;
    bool turning_off_ = false;
    int guests_ = 0;  // coroutines of this computer inside the engine
    std::string output_;
    int troubles_ = 0;
    int fenced_ = 0;
};

}  // namespace slipway::simulated
