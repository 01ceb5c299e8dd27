#include "engine/runtime/perform_place.hpp"

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;

namespace {

failure_code code_of(cloud_failure f) {
    switch (f) {
        case cloud_failure::not_sent:
            return failure_code::not_sent;
        case cloud_failure::unauthorized:
            return failure_code::unauthorized;
        case cloud_failure::forbidden:
            return failure_code::forbidden;
        case cloud_failure::quota:
            return failure_code::quota;
        case cloud_failure::not_found:
            return failure_code::not_found;
        case cloud_failure::name_taken:
            return failure_code::name_taken;
        case cloud_failure::conflict:
            return failure_code::conflict;
        case cloud_failure::unavailable:
            return failure_code::unavailable;
        case cloud_failure::invalid:
            return failure_code::invalid;
        case cloud_failure::locked:
            return failure_code::locked;
        case cloud_failure::protected_resource:
            return failure_code::protected_resource;
        case cloud_failure::rate_limited:
            return failure_code::rate_limited;
        case cloud_failure::server_error:
            return failure_code::server_error;
        case cloud_failure::lost:
            return failure_code::lost;
        case cloud_failure::bad_answer:
            return failure_code::bad_answer;
        case cloud_failure::action_failed:
            return failure_code::action_failed;
    }
    return failure_code::bad_answer;
}

}  // namespace

step_failure failure_of(const cloud_error& e) {
    step_failure f;
    f.code = code_of(e.failure);
    f.message = e.message;
    f.unknown = outcome_unknown(e.failure);
    if (e.wait_ms) f.wait = std::chrono::milliseconds{*e.wait_ms};
    return f;
}

step_failure failure_of(failure_code code, std::string message) {
    step_failure f;
    f.code = code;
    f.message = std::move(message);
    return f;
}

std::optional<step_failure> too_early(const step_context& c) {
    const auto left = c.late_grace - c.since_last_unknown;
    if (left.count() <= 0) return {};
    auto f = failure_of(failure_code::not_seen_yet,
                        "a request was sent whose answer never came; looking again in case it is still carried out");
    f.wait = std::min<std::chrono::milliseconds>(left, std::chrono::seconds{10});
    return f;
}

step_failure certainly(step_failure f) {
    f.unknown = false;
    return f;
}

step_failure in_doubt(step_failure f) {
    f.unknown = true;
    return f;
}

namespace {

// Hetzner's ids name one thing in one project; a token of another project finds nothing, and that is no proof that it
// is gone. Proof is the token itself, or that it sees something which the stream is known to have.
awaitable<cloud_result<bool>> is_its_project(const place& at) {
    const step_context& c = at.c;
    if (c.project == at.seen->token || at.seen->servers.contains(c.server_id) || at.seen->ssh_keys.contains(c.key_id))
        co_return true;
    if (c.key_id == 0) co_return c.project.empty();
    // A key that was there before slipway carries no label of ours.
    auto key = co_await at.hetzner->find_ssh_key(c.spec.key_fingerprint);
    if (!key) co_return key.error();
    co_return *key && (*key)->id == c.key_id;
}

step_failure elsewhere(const std::string& what) {
    return failure_of(failure_code::other_project,
                      what + " is not in the project that the token opens, and nothing shows that it is the VM's: it "
                             "may be another project's token. It is not called gone; with a token of its own project "
                             "slipway goes on by itself");
}

}  // namespace

awaitable<std::optional<step_failure>> may_be_elsewhere(const place& at, std::string what) {
    std::optional<step_failure> no;
    auto here = co_await is_its_project(at);
    if (!here)
        no = certainly(failure_of(here.error()));
    else if (!*here)
        no = elsewhere(what);
    co_return no;
}

awaitable<std::optional<step_failure>> wrong_project(const place& at, bool has_something) {
    std::optional<step_failure> no;
    if (at.c.asked_with != at.seen->token) {
        no = failure_of(failure_code::not_sent, "the project's token was replaced; nothing was sent");
    } else if (has_something) {
        auto here = co_await is_its_project(at);
        if (!here)
            no = certainly(failure_of(here.error()));
        else if (!*here)
            no = failure_of(failure_code::other_project,
                            "the token opens another Hetzner project than the one in which the VM was begun; nothing "
                            "was sent");
    }
    co_return no;
}

}  // namespace slipway
