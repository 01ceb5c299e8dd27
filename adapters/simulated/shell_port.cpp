#include "adapters/simulated/ports.hpp"

#include <algorithm>
#include <array>

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
    const bool has_changed = s->ssh_changes_at && *s->ssh_changes_at <= u_.time.now();
    if (has_changed && shows_one_of(*s, target.host_keys)) co_return *broken_by(s->changed_to);
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

awaitable<shell_result<recipe_output>> shell_port::run_recipe(ssh_target target, recipe_order order, output_sink sink) {
    const fault f = u_.choose(site::run_recipe);
    const milliseconds deadline = order.deadline;
    auto session = co_await connect(f, target);
    if (!session && order.in_doubt) {
        co_await process_->sleep(deadline);
        session = co_await connect(fault::none, target);
    }
    if (!session) co_return session.error();
    simulated_server& on = **session;
    const std::int64_t server = on.seen.id;
    auto [it, started] = on.recipes.try_emplace(order.run_id);
    if (started) {
        on.prepared_in_use = on.prepared_in_use || (!order.prepared.empty() && on.prepared == order.prepared);
        const std::int64_t now = u_.time.now();
        it->second.started = now;
        it->second.ends = now + (f == fault::recipe_hangs ? 10 * deadline.count() : u_.chance.between(500, 20'000));
        it->second.killed_at = now + deadline.count();
        it->second.exit_code = f == fault::recipe_fails ? 1 : 0;
        if (f == fault::ssh_changes || f == fault::ssh_changes_and_closes) {
            constexpr std::array ways{fault::refuses, fault::denies, fault::broken, fault::wrong_host_key};
            on.ssh_changes_at = u_.chance.between(now, it->second.ends);
            on.changed_to = ways[static_cast<std::size_t>(u_.chance.between(0, ways.size() - 1))];
        }
        if (u_.cloud.watcher) u_.cloud.watcher->recipe_started(on, order.run_id);
    }
    const recipe_state run = it->second;
    shell_error nothing_said = trouble(shell_failure::timed_out, "the VM did not answer in time");
    if (f == fault::closes || f == fault::ssh_changes_and_closes) nothing_said = unreachable();
    nothing_said.begun = true;
    if (f == fault::crash_after || f == fault::closes || f == fault::stalls) {
        co_await after_effect(f);
        co_return nothing_said;
    }
    co_await process_->sleep(milliseconds{std::min(run.ends, run.killed_at) - u_.time.now()});
    if (!u_.cloud.servers().contains(server) || f == fault::ssh_changes_and_closes) co_return nothing_said;
    const bool hangs = run.ends > run.killed_at;
    if (sink) sink("installing\n");
    recipe_output out;
    out.exit_code = hangs ? 124 : run.exit_code;
    out.timed_out = hangs;
    out.tail = "installing\n";
    out.bytes = out.tail.size();
    out.duration = milliseconds{std::min(run.ends, run.killed_at) - run.started};
    out.found_running = !started;
    if (out.exit_code == 0) open_.insert(server);
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

awaitable<shell_result<handed_over>> shell_port::hand_over(ssh_target target, std::vector<std::string> prepared,
                                                           bool changed) {
    const fault f = u_.choose(site::hand_over);
    handed_over done;
    done.host_keys = prepared;
    simulated_server* server = u_.cloud.at_address(target.address);
    const bool open = server && open_.erase(server->seen.id) > 0 && !broken_by(f);
    if (!open || f == fault::crash_before) {
        auto session = co_await connect(f, target);
        const simulated_server* s = u_.cloud.at_address(target.address);
        const bool right = s && s->prepared_in_use && shows_one_of(*s, prepared);
        if (!session && session.error().failure == shell_failure::denied && right) {
            if (changed) done.operator_key_left = session.error().message;
            co_return done;
        }
        if (!session) co_return session.error();
        server = *session;
    }
    if (server->prepared != prepared)
        co_return trouble(shell_failure::broken, "the prepared host keys are not there");
    server->prepared_in_use = true;
    if (f != fault::half_way) server->lets_operator_in = false;
    shell_error nothing_said = trouble(shell_failure::timed_out, "the VM did not answer in time");
    if (f != fault::stalls) nothing_said = unreachable();
    nothing_said.begun = true;
    co_await after_effect(f);
    if (f == fault::closes || f == fault::half_way || f == fault::stalls) co_return nothing_said;
    co_return done;
}

}  // namespace slipway::simulated
