#include "adapters/simulated/computer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace slipway::simulated {

computer::computer(universe& u, invariants& rules, engine_options options)
    : u_(u),
      rules_(rules),
      options_(options),
      log_(u.log),
      name_("computer" + std::to_string(u.computers.size())),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {
    u_.computers.push_back(this);
}

computer::computer(universe& u, invariants& rules, log_model& copy)
    : u_(u),
      rules_(rules),
      log_(copy),
      name_("copy" + std::to_string(u.computers.size())),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {
    u_.computers.push_back(this);
}

computer::~computer() {
    if (engine_) crash();
    if (engine_) turn_off();
    std::erase(u_.computers, this);
}

void computer::note(std::exception_ptr e) {
    if (!e) return;
    try {
        std::rethrow_exception(e);
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::asio::error::operation_aborted) rules_.report(violation_kind::bug, error.what());
    } catch (const std::exception& error) {
        rules_.report(violation_kind::bug, error.what());
    }
}

void computer::start() {
    process_ = std::make_shared<process>(context_.get_executor(), u_.time);
    ++u_.starts;
    ports_ = std::make_unique<ports>(u_, log_, process_, name_ + "/" + std::to_string(++starts_));
    engine_ = std::make_unique<slipway::engine>(context_.get_executor(), ports_->all(), *this, options_);
    ++guests_;
    boost::asio::co_spawn(context_, engine_->resume(),
                          [this](std::exception_ptr e, const result<std::vector<stream_id>>& taken) {
                              --guests_;
                              note(e);
                              if (e || taken || !process_->alive()) return;
                              // As a service manager does: it could not start, so it is started again later.
                              if (taken.error().kind == error_kind::storage)
                                  process_->kill();
                              else
                                  rules_.report(violation_kind::bug, "resume: " + taken.error().message);
                          });
    idle();
}

void computer::crash() {
    if (!engine_) return;
    process_->kill();
    idle();
}

void computer::pause(milliseconds d) {
    if (engine_) process_->pause(d);
}

void computer::next_moment() {
    u_.time.run_next();
    for (computer* c : u_.computers)
        if (!c->turning_off_ && c->engine_ && c->process_->was_woken()) c->idle();
}

// Lets the coroutines of an engine that can do nothing any more come to their end, and takes it away.
void computer::turn_off() {
    turning_off_ = true;
    bool stopped = false;
    boost::asio::co_spawn(context_, engine_->stop(), [&](std::exception_ptr e) {
        stopped = true;
        note(e);
    });
    for (;;) {
        context_.restart();
        if (context_.poll() > 0) continue;
        if (stopped && guests_ == 0) break;
        if (!process_->alive() || u_.time.empty()) {
            rules_.report(violation_kind::bug, "the engine did not stop");
            break;
        }
        next_moment();
    }
    process_->kill();
    context_.restart();
    context_.poll();
    engine_.reset();
    ports_.reset();
    turning_off_ = false;
}

void computer::stop() {
    if (engine_ && !turning_off_) turn_off();
}

void computer::bury() {
    ++u_.crashes;
    turn_off();
    if (!stays_down)
        u_.time.after(milliseconds{u_.chance.between(1, restart_at_most.count())}, [this] {
            if (!engine_) start();
        });
}

void computer::idle() {
    for (;;) {
        context_.restart();
        try {
            context_.poll();  // and whatever becomes ready meanwhile
        } catch (const std::exception& e) {
            rules_.report(violation_kind::bug, e.what());
            continue;
        }
        if (!engine_ || turning_off_ || process_->alive()) return;
        bury();
    }
}

void computer::appended(const vm_state& state, const std::vector<event_record>& records) {
    if (!is_beside() && records.back().version == state.version) rules_.compare(records.back().stream, state);
    if (also) also->appended(state, records);
}

// What was acknowledged is in the log: under the command's own name, or, where it said nothing new, in the stream that
// was there already.
void computer::check_stored(const std::string& command, const receipt& answer) {
    const bool stored =
        answer.repeated ? u_.log.all_heads().contains(answer.stream) : !u_.log.find_command(command).empty();
    if (!stored) rules_.report(violation_kind::lost_command, "acknowledged and not stored: " + command);
}

void computer::submit(submission s, answered then) {
    if (!engine_) return;
    ++guests_;
    const std::string command = s.command_id;
    boost::asio::co_spawn(context_, engine_->submit(std::move(s)),
                          [this, command, then = std::move(then)](std::exception_ptr e, const result<receipt>& answer) {
                              --guests_;
                              note(e);
                              if (e || !process_->alive()) return;
                              if (answer && !command.empty()) check_stored(command, *answer);
                              then(answer);
                          });
    idle();
}

std::optional<result<receipt>> computer::ask(submission s) {
    // The answer may come when nobody waits for it any more.
    const auto answer = std::make_shared<std::optional<result<receipt>>>();
    const std::uint64_t before = u_.crashes;
    submit(std::move(s), [answer](const result<receipt>& r) { *answer = r; });
    run_until([&] { return answer->has_value() || u_.crashes != before; }, std::chrono::minutes{10});
    return *answer;
}

bool computer::run_until(const std::function<bool()>& what, milliseconds at_most) {
    const std::int64_t until = u_.time.now() + at_most.count();
    idle();
    while (!what()) {
        if (u_.time.empty() || u_.time.next() > until) return false;
        next_moment();
    }
    return true;
}

void computer::run_for(milliseconds d) {
    u_.time.after(d, [] {});
    const std::int64_t until = u_.time.now() + d.count();
    run_until([&] { return u_.time.now() >= until; }, d);
}

bool computer::run_until_at_rest(const stream_id& stream, milliseconds at_most) {
    const auto at_rest = [&] {
        const auto it = rules_.states().find(stream);
        return it != rules_.states().end() && !wants(it->second);
    };
    return run_until(at_rest, at_most);
}

}  // namespace slipway::simulated
