#include "engine/service/event_words.hpp"

#include "engine/base/terminal_text.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/service/shortcomings.hpp"

#include <fmt/format.h>

namespace slipway::service {

namespace {

std::string count(std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

std::string leak_text(const std::vector<leak>& leaked) {
    std::string text;
    for (const leak& l : leaked)
        text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", l.kind == resource_kind::server ? "server" : "SSH key",
                            l.id ? std::to_string(l.id) : l.name, l.why);
    return text;
}

struct wording {
    timestamp at;

    std::string operator()(const vm_requested&) const { return "accepted"; }
    std::string operator()(const contract_accepted&) const { return "accepted"; }
    std::string operator()(const step_started&) const { return ""; }
    std::string operator()(const key_created& e) const {
        return fmt::format("SSH key {} {}", e.key_id, e.ours ? "registered" : "found, it was there before");
    }
    std::string operator()(const server_created& e) const {
        return fmt::format("server {} {} in {} ({}), {}", e.server_id, e.adopted ? "found again" : "created", e.location,
                           e.server_type, e.ipv4.empty() ? "without a public IPv4 address" : e.ipv4);
    }
    std::string operator()(const ssh_ready&) const { return "SSH answers"; }
    std::string operator()(const recipe_run& e) const {
        if (!e.unknown.empty()) return "the recipe was started, and how it ended is not known";
        return e.ran ? fmt::format("recipe done, exit code {}", e.exit_code) : "no recipe to run";
    }
    std::string operator()(const host_keys_prepared&) const { return ""; }
    std::string operator()(const activated& e) const {
        std::string text = "active";
        for (const shortcoming& one : e.missing) text += ", but " + std::string(in_words(one.what));
        return text;
    }
    std::string operator()(const step_failed& e) const {
        std::string next = "giving up";
        if (e.next == variation::next_candidate && e.retry_at)
            next = "trying the next type and location";
        else if (e.next == variation::next_name && e.retry_at)
            next = "trying another name";
        else if (e.retry_at && *e.retry_at > at)
            next = "trying again in " + seconds_text(*e.retry_at - at);
        else if (e.retry_at)
            next = "going on";
        return fmt::format("{}: {}; {}", name(e.step), without_controls(first_line(e.message)), next);
    }
    std::string operator()(const end_requested&) const { return "deleting"; }
    std::string operator()(const server_deleted& e) const {
        if (e.server_id == 0) return "no server to delete";
        return fmt::format("server {} {}", e.server_id, e.existed ? "deleted" : "was gone already");
    }
    std::string operator()(const key_deleted& e) const {
        if (e.key_id == 0) return "no SSH key to delete";
        return fmt::format("SSH key {} {}", e.key_id, e.existed ? "deleted" : "was gone already");
    }
    std::string operator()(const key_kept& e) const { return fmt::format("SSH key {} kept: {}", e.key_id, e.why); }
    std::string operator()(const cleaned_up& e) const {
        if (e.leaked.empty()) return "cleaned up";
        return fmt::format("{} could not be deleted: {}", count(e.leaked.size(), "thing"), leak_text(e.leaked));
    }
    std::string operator()(const failed& e) const {
        return fmt::format("failed: {}", without_controls(first_line(e.message)));
    }
    std::string operator()(const terminated&) const { return "deleted"; }
    std::string operator()(const termination_failed& e) const {
        return "could not be deleted: " + leak_text(e.leaked) + "; it goes on being tried";
    }
    std::string operator()(const termination_retried&) const { return "deleting again"; }
    std::string operator()(const held& e) const {
        return fmt::format("held, and nothing is deleted: {}", without_controls(first_line(e.message)));
    }
    std::string operator()(const adopted& e) const { return fmt::format("server {} taken in", e.server_id); }
    std::string operator()(const audited&) const { return {}; }
    std::string operator()(const command_refused&) const { return ""; }  // who gave it is told so
};

}  // namespace

std::string in_progress(step s) {
    switch (s) {
        case step::register_key: return "registering the SSH key";
        case step::create_server: return "creating the server";
        case step::reach_ssh: return "waiting for SSH";
        case step::run_recipe: return "running the recipe";
        case step::prepare_host_keys: return "making host keys";
        case step::hand_over: return "handing over";
        case step::delete_server: return "deleting the server";
        case step::release_key: return "releasing the SSH key";
    }
    return "";
}

std::string past_tense(const event& e, timestamp at) { return std::visit(wording{at}, e); }

std::string seconds_text(std::chrono::milliseconds d) {
    const double s = static_cast<double>(d.count()) / 1000.0;
    if (s < 10) return fmt::format("{:.1f} s", s);
    if (s < 120) return fmt::format("{:.0f} s", s);
    return fmt::format("{:.0f} min", s / 60);
}

}  // namespace slipway::service
