#include "adapters/simulated/ports.hpp"

#include <algorithm>

namespace slipway::simulated {

using boost::asio::awaitable;

namespace {

cloud_error answer(cloud_failure failure, int status, std::string message) {
    cloud_error e;
    e.failure = failure;
    e.status = status;
    e.message = std::move(message);
    return e;
}

// The answers that say no: nothing was done.
std::optional<cloud_error> refused_by(fault f) {
    switch (f) {
        case fault::not_sent:
            return answer(cloud_failure::not_sent, 0, "no connection to Hetzner");
        case fault::unauthorized:
            return answer(cloud_failure::unauthorized, 401, "Hetzner refuses the token");
        case fault::forbidden:
            return answer(cloud_failure::forbidden, 403, "Hetzner forbids it");
        case fault::quota:
            return answer(cloud_failure::quota, 403, "the project's limit is reached");
        case fault::conflict:
            return answer(cloud_failure::conflict, 409, "changed at the same time");
        case fault::unavailable:
            return answer(cloud_failure::unavailable, 412, "not available there now");
        case fault::invalid:
            return answer(cloud_failure::invalid, 422, "invalid input");
        case fault::locked:
            return answer(cloud_failure::locked, 423, "locked by another action");
        case fault::protected_resource:
            return answer(cloud_failure::protected_resource, 423, "protected");
        case fault::refused_by_server_error:
            return answer(cloud_failure::server_error, 503, "Hetzner is unavailable");
        case fault::rate_limited: {
            auto e = answer(cloud_failure::rate_limited, 429, "too many requests");
            e.wait_ms = 1000;
            return e;
        }
        default:
            return {};
    }
}

// What the caller hears although the request was, or may have been, carried out.
std::optional<cloud_error> unheard(fault f) {
    switch (f) {
        case fault::lost_request:
        case fault::lost_reply:
        case fault::late:
            return answer(cloud_failure::lost, 0, "no answer from Hetzner within 30 s");
        case fault::done_but_server_error:
            return answer(cloud_failure::server_error, 504, "gateway timeout");
        case fault::bad_answer:
            return answer(cloud_failure::bad_answer, 200, "Hetzner's answer cannot be read");
        default:
            return {};
    }
}

bool is_survey(const std::string& selector) {
    return selector.find(label_install) != std::string::npos;
}

constexpr milliseconds patience{30'000};  // of the client, for an answer

}  // namespace

awaitable<void> cloud_port::take_turn(urgency kind) {
    const std::int64_t asked = u_.time.now();
    co_await governor_.admit(kind);
    if (kind == urgency::removal)
        u_.longest_removal = std::max(u_.longest_removal, milliseconds{u_.time.now() - asked});
}

// 0: there was no answer.
void cloud_port::hear(int status) {
    if (status == 0) return governor_.unanswered();
    has_heard_ = true;
    budget_report report;
    report.limit = u_.budget.limit();
    report.remaining = u_.budget.left();
    using std::chrono::milliseconds;
    if (status == 429) report.pause = std::clamp(u_.budget.refill(), milliseconds{1000}, milliseconds{60'000});
    governor_.answered(report);
}

// The request travels on its own: what the process does meanwhile, even dying, does not call it back.
template <class T>
awaitable<cloud_result<T>> cloud_port::carry(fault f, urgency kind, std::function<cloud_result<T>()> request,
                                             send_permit may_send, std::string stream) {
    process_->must_live();
    if (u_.time.now() < u_.outage_until && f != fault::crash_before)
        f = u_.chance.chance(0.5) ? fault::refused_by_server_error : fault::not_sent;
    if (f == fault::waits) co_await process_->sleep(milliseconds{u_.chance.between(100, 120'000)});
    co_await take_turn(kind);
    if (may_send && !may_send()) co_return answer(cloud_failure::not_sent, 0, "it waited too long for its turn");
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    if (u_.shared && !stream.empty() && !u_.store_jumped && !u_.leases.is_held_by(stream, holder_, u_.store_now()))
        ++u_.sent_without_lease;
    ++u_.requests;
    const milliseconds there{u_.chance.between(5, 80)};
    const milliseconds back{u_.chance.between(5, 80)};
    if (auto no = refused_by(f)) {
        co_await process_->sleep(there + back);
        hear(no->status);
        co_return *std::move(no);
    }
    const auto heard = std::make_shared<std::optional<cloud_result<T>>>();
    if (f != fault::lost_request) {
        const milliseconds arrives = f == fault::late ? milliseconds{u_.chance.between(30'000, 60'000)} : there;
        u_.time.after(arrives, [heard, request, f, process = process_, &u = u_] {
            if (!u.budget.take(u.time.now())) {
                ++u.over_budget;
                *heard = *refused_by(fault::rate_limited);
                return;
            }
            *heard = request();
            if (f == fault::repeated) *heard = request();
            if (f == fault::crash_after) process->kill();
        });
    }
    const auto nothing = unheard(f);
    const bool waits_in_vain = nothing && nothing->failure == cloud_failure::lost;
    const milliseconds takes = waits_in_vain ? patience : there + back;
    co_await process_->sleep(takes);
    if (nothing) {
        hear(nothing->status);
        co_return *nothing;
    }
    const int status = heard->value().has_error() ? heard->value().error().status : 200;
    hear(status);
    co_return **heard;
}

awaitable<cloud_result<cloud_ssh_key>> cloud_port::create_ssh_key(new_ssh_key key, send_permit may_send) {
    std::function<cloud_result<cloud_ssh_key>()> request = [&to = model_, key] { return to.create_ssh_key(key); };
    return carry(u_.choose(site::create_key), urgency::ordinary, std::move(request), std::move(may_send),
                 label_of(key.labels, label_stream));
}

awaitable<cloud_result<std::optional<cloud_ssh_key>>> cloud_port::find_ssh_key(std::string fingerprint) {
    std::function<cloud_result<std::optional<cloud_ssh_key>>()> request = [&to = model_, fingerprint] {
        return to.find_ssh_key(fingerprint);
    };
    return carry(u_.choose(site::find_key), urgency::ordinary, std::move(request));
}

awaitable<cloud_result<void>> cloud_port::delete_ssh_key(std::int64_t id, send_permit may_send) {
    std::function<cloud_result<void>()> request = [&to = model_, id] { return to.delete_ssh_key(id); };
    return carry(u_.choose(site::delete_key), urgency::removal, std::move(request), std::move(may_send));
}

awaitable<cloud_result<created_server>> cloud_port::create_server(new_server server, send_permit may_send) {
    const fault f = u_.choose(site::create_server);
    std::function<cloud_result<created_server>()> request = [&to = model_, server, f] {
        return to.create_server(server, f);
    };
    return carry(f, urgency::ordinary, std::move(request), std::move(may_send), label_of(server.labels, label_stream));
}

awaitable<cloud_result<std::optional<cloud_server>>> cloud_port::find_server(std::string name) {
    std::function<cloud_result<std::optional<cloud_server>>()> request = [&to = model_, name] {
        return to.find_server(name);
    };
    return carry(u_.choose(site::find_server), urgency::ordinary, std::move(request));
}

awaitable<cloud_result<std::vector<cloud_server>>> cloud_port::list_servers(std::string selector) {
    const site where = is_survey(selector) ? site::survey : site::find_server;
    std::function<cloud_result<std::vector<cloud_server>>()> request = [&to = model_] { return to.list_servers(); };
    return carry(u_.choose(where), urgency::ordinary, std::move(request));
}

awaitable<cloud_result<std::optional<cloud_server>>> cloud_port::get_server(std::int64_t id) {
    std::function<cloud_result<std::optional<cloud_server>>()> request = [&to = model_, id] {
        return to.get_server(id);
    };
    return carry(u_.choose(site::find_server), urgency::ordinary, std::move(request));
}

awaitable<cloud_result<std::vector<cloud_ssh_key>>> cloud_port::list_ssh_keys(std::string) {
    std::function<cloud_result<std::vector<cloud_ssh_key>>()> request = [&to = model_] { return to.list_ssh_keys(); };
    return carry(u_.choose(site::survey), urgency::ordinary, std::move(request));
}

awaitable<cloud_result<std::int64_t>> cloud_port::delete_server(std::int64_t id, send_permit may_send) {
    std::function<cloud_result<std::int64_t>()> request = [&to = model_, id] { return to.delete_server(id); };
    return carry(u_.choose(site::delete_server), urgency::removal, std::move(request), std::move(may_send));
}

awaitable<cloud_result<void>> cloud_port::wait_for(std::vector<std::int64_t> actions) {
    process_->must_live();
    const fault f = u_.choose(site::wait_actions);
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    std::int64_t ends = u_.time.now();
    for (const std::int64_t id : actions) {
        if (f == fault::action_fails) model_.let_fail(id);
        if (const simulated_action* a = model_.action(id)) ends = std::max(ends, a->ends);
    }
    const auto no = refused_by(f);
    if (no || f == fault::lost_reply) {
        const milliseconds takes = no ? milliseconds{100} : patience;
        co_await process_->sleep(takes);
        co_return no.value_or(answer(cloud_failure::lost, 0, "no answer from Hetzner within 30 s"));
    }
    co_await process_->sleep(milliseconds{ends - u_.time.now() + 100});
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    cloud_result<void> done;
    const bool fails = std::any_of(actions.begin(), actions.end(), [this](std::int64_t id) { return model_.fails(id); });
    if (fails) done = answer(cloud_failure::action_failed, 0, "the action failed");
    co_return done;
}

awaitable<result<std::shared_ptr<cloud>>> cloud_source_port::open(std::string) {
    const fault f = u_.choose(site::open_project);
    if (f == fault::unavailable_log) co_return make_error(error_kind::storage, "the database does not answer");
    if (f == fault::no_credentials) co_return make_error(error_kind::configuration, "the token cannot be read");
    if (f == fault::foreign_token || u_.token_is_foreign) co_return elsewhere_;
    co_return project_;
}

}  // namespace slipway::simulated
