#include "adapters/simulated/ports.hpp"

#include <algorithm>

namespace slipway::simulated {

using boost::asio::awaitable;

namespace {

shell_error trouble(shell_failure failure, std::string message) {
    shell_error e;
    e.failure = failure;
    e.message = std::move(message);
    return e;
}

shell_error unreachable() {
    return trouble(shell_failure::unreachable, "no SSH connection");
}

bool shows_one_of(const simulated_server& s, const std::vector<std::string>& keys) {
    const auto listed = [&](const std::string& key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    if (!s.prepared_in_use) return listed(s.host_key);
    return std::any_of(s.prepared.begin(), s.prepared.end(), listed);
}

std::optional<shell_error> broken_by(fault f) {
    switch (f) {
        case fault::refuses:
            return unreachable();
        case fault::denies:
            return trouble(shell_failure::denied, "the host refuses the key");
        case fault::wrong_host_key:
            return trouble(shell_failure::wrong_host_key, "the host shows another key");
        case fault::broken:
            return trouble(shell_failure::broken, "the host has no shell");
        default:
            return {};
    }
}

}  // namespace

// A session on the host at that address; everything that can be wrong before anything has run.
awaitable<shell_result<simulated_server*>> shell_port::connect(fault f, ssh_target target) {
    process_->must_live();
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    co_await process_->sleep(milliseconds{u_.chance.between(10, 200)});
    simulated_server* s = u_.cloud.at_address(target.address);
    const bool answers = s && s->boots_at && *s->boots_at <= u_.time.now();
    // The host shows its key before it lets anybody in.
    const bool gets_so_far = f == fault::denies || f == fault::broken;
    if (gets_so_far && answers && !shows_one_of(*s, target.host_keys)) f = fault::wrong_host_key;
    if (f == fault::broken && answers && !s->lets_operator_in) f = fault::none;
    if (const auto no = broken_by(f)) co_return *no;
    if (!answers) co_return unreachable();
    if (!shows_one_of(*s, target.host_keys))
        co_return trouble(shell_failure::wrong_host_key, "the host shows another key");
    if (!s->lets_operator_in) co_return trouble(shell_failure::denied, "the host refuses the key");
    co_return s;
}

// Between what was done and its answer.
awaitable<void> shell_port::after_effect(fault f) {
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    const milliseconds takes = f == fault::stalls ? milliseconds{30'000} : milliseconds{u_.chance.between(10, 200)};
    co_await process_->sleep(takes);
}

awaitable<shell_result<void>> shell_port::wait_until_ready(ssh_target target, milliseconds deadline) {
    process_->must_live();
    const fault f = u_.choose(site::reach_ssh);
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    if (f == fault::stalls) {
        co_await process_->sleep(deadline);
        co_return trouble(shell_failure::timed_out, "the VM did not answer in time");
    }
    const simulated_server* s = u_.cloud.at_address(target.address);
    if (s && s->boots_at && *s->boots_at - u_.time.now() <= deadline.count())
        co_await process_->sleep(milliseconds{*s->boots_at - u_.time.now()});
    else
        co_await process_->sleep(deadline);
    auto session = co_await connect(fault::none, target);
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    shell_result<void> ready;
    const bool another_key = !session && session.error().failure == shell_failure::wrong_host_key;
    if (const auto no = broken_by(f); no && !another_key)
        ready = *no;
    else if (!session)
        ready = session.error().failure == shell_failure::unreachable
                    ? trouble(shell_failure::timed_out, "the VM did not answer in time")
                    : session.error();
    co_return ready;
}

awaitable<shell_result<recipe_output>> shell_port::run_recipe(ssh_target target, std::string run_id, std::string,
                                                              milliseconds deadline, output_sink sink) {
    const fault f = u_.choose(site::run_recipe);
    auto session = co_await connect(f, target);
    if (!session) co_return session.error();
    const std::int64_t server = (*session)->seen.id;
    auto [it, started] = (*session)->recipes.try_emplace(run_id);
    if (started) {
        it->second.started = u_.time.now();
        it->second.ends =
            u_.time.now() + (f == fault::recipe_hangs ? 10 * deadline.count() : u_.chance.between(500, 20'000));
        it->second.exit_code = f == fault::recipe_fails ? 1 : 0;
        if (u_.cloud.watcher) u_.cloud.watcher->recipe_started(**session, run_id);
    }
    const recipe_state run = it->second;
    if (f == fault::crash_after || f == fault::closes || f == fault::stalls) {
        co_await after_effect(f);
        if (f == fault::closes) co_return unreachable();
        co_return trouble(shell_failure::timed_out, "the VM did not answer in time");
    }
    const std::int64_t killed_at = run.started + deadline.count();
    const bool hangs = run.ends > killed_at;
    co_await process_->sleep(milliseconds{std::min(run.ends, killed_at) - u_.time.now()});
    if (!u_.cloud.servers().contains(server)) co_return unreachable();
    if (sink) sink("installing\n");
    recipe_output out;
    out.exit_code = hangs ? 124 : run.exit_code;
    out.timed_out = hangs;
    out.tail = "installing\n";
    out.bytes = out.tail.size();
    out.duration = milliseconds{std::min(run.ends, killed_at) - run.started};
    out.found_running = !started;
    co_return out;
}

awaitable<shell_result<std::vector<std::string>>> shell_port::prepare_host_keys(ssh_target target) {
    const fault f = u_.choose(site::prepare_keys);
    auto session = co_await connect(f, target);
    if (!session) co_return session.error();
    std::vector<std::string>& prepared = (*session)->prepared;
    if (prepared.empty()) prepared.push_back("ssh-ed25519 AAAAown-" + std::to_string((*session)->seen.id));
    const std::vector<std::string> lines = prepared;
    co_await after_effect(f);
    if (f == fault::closes) co_return unreachable();
    if (f == fault::stalls) co_return trouble(shell_failure::timed_out, "the VM did not answer in time");
    co_return lines;
}

awaitable<shell_result<void>> shell_port::hand_over(ssh_target target, std::vector<std::string> prepared) {
    const fault f = u_.choose(site::hand_over);
    auto session = co_await connect(f, target);
    shell_result<void> done;
    if (!session) {
        const simulated_server* s = u_.cloud.at_address(target.address);
        const bool handed_over = session.error().failure == shell_failure::denied && s && s->prepared_in_use &&
                                 !s->lets_operator_in && shows_one_of(*s, prepared);
        if (!handed_over) done = session.error();
        co_return done;
    }
    simulated_server& s = **session;
    if (s.prepared != prepared) co_return trouble(shell_failure::broken, "the prepared host keys are not there");
    s.prepared_in_use = true;
    if (f != fault::half_way) s.lets_operator_in = false;
    co_await after_effect(f);
    if (f == fault::closes || f == fault::half_way) done = unreachable();
    if (f == fault::stalls) done = trouble(shell_failure::timed_out, "the VM did not answer in time");
    co_return done;
}

}  // namespace slipway::simulated
