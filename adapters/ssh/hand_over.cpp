#include "adapters/ssh/hand_over.hpp"

#include "adapters/ssh/output_tail.hpp"
#include "adapters/ssh/reach.hpp"
#include "adapters/ssh/remote_scripts.hpp"
#include "engine/model/public_key.hpp"

#include <algorithm>
#include <sstream>

namespace slipway::ssh {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto script_time = 60s;   // making an RSA key on a small VM takes seconds
constexpr auto sshd_restart = 15s;  // from the signal until it shows its new key

bool is_same_key(const std::string& a, const std::string& b) {
    const auto x = parse_public_key(a);
    const auto y = parse_public_key(b);
    return x && y && x->blob == y->blob;
}

// What a script said in its lines "slipway: …"; whatever else there is was printed by the login.
struct script_report {
    std::vector<std::string> keys;
    bool installed = false;
    bool done = false;
};

script_report read_report(const std::string& text) {
    constexpr std::string_view mark = "slipway: ", key = "key ";
    script_report said;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(mark)) continue;
        line.erase(0, mark.size());
        if (line == "done") said.done = true;
        if (line == "installed") said.installed = true;
        if (line.starts_with(key)) said.keys.push_back(line.substr(key.size()));
    }
    return said;
}

shell_error broken(std::string why) {
    while (why.ends_with('\n')) why.pop_back();
    return shell_failed(shell_failure::broken, "the VM could not change its SSH keys: " + why);
}

// Runs one of the scripts to its end. A script that fails says why on stderr: "slipway: broken SENTENCE". One that is
// never heard of was not run: a shell that refuses, or a forced command, has its own words.
asio::awaitable<shell_result<script_report>> run_script(session& on, std::string script) {
    std::string out;
    std::string complaint;
    channel_sink collect = [&](bool from_stderr, std::string_view bytes) {
        std::string& to = from_stderr ? complaint : out;
        if (to.size() < 65536) to += bytes;
    };
    const auto until = clock::now() + script_time;
    const auto ran = co_await on.run(std::string(shell_command), std::move(script), collect, until);
    if (!ran || ran->timed_out) {
        shell_error lost = shell_failed(shell_failure::timed_out, "the VM took too long over its SSH keys");
        if (!ran) lost = ran.error();
        lost.begun = true;
        co_return lost;
    }
    script_report said = read_report(out);
    if (said.done && ran->status == 0) co_return said;
    constexpr std::string_view marker = "slipway: broken ";
    const auto at = complaint.find(marker);
    if (at != complaint.npos) co_return broken(complaint.substr(at + marker.size()));
    const std::string words = text_tail(out + complaint, 300);
    if (words.find_first_not_of(" \n\r\t") == words.npos)
        co_return broken("its shell ended with " + std::to_string(ran->status) + " and said nothing");
    co_return broken("its shell does not run what it is sent, it says: " + words);
}

// An sshd that was told to read its keys closes its socket for a moment and may still show the old key just before.
asio::awaitable<shell_result<std::unique_ptr<session>>> reach_with_new_key(asio::any_io_executor loop, peer to) {
    tolerance forgiven;
    forgiven.another_host_key = true;
    auto reached = co_await reach(loop, to, forgiven, clock::now() + sshd_restart);
    if (!reached && reached.error().failure == shell_failure::wrong_host_key)
        co_return shell_failed(
            shell_failure::broken,
            "the VM has its new host keys, but its SSH server still shows the old one; the operator's key "
            "stays until it is restarted",
            reached.error().presented_key);
    co_return reached;
}

asio::awaitable<shell_result<handed_over>> forget_operator_on(session& contact, hand_over_order order) {
    const auto forgotten = co_await run_script(contact, forget_operator_script(order.operator_blob));
    if (!forgotten) co_return forgotten.error();
    handed_over done;
    done.host_keys = order.prepared;
    // A recipe may have made host keys of its own: the VM says which, over a session that is trusted.
    std::vector<std::string> own;
    for (const std::string& line : forgotten->keys)
        if (const auto key = parse_public_key(line)) own.push_back(to_line(*key));
    const auto is_prepared = [&](const std::string& line) { return holds_key(order.prepared, line); };
    if (!own.empty() && std::none_of(own.begin(), own.end(), is_prepared)) done.host_keys = std::move(own);
    co_return done;
}

}  // namespace

bool holds_key(const std::vector<std::string>& lines, const std::string& line) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& one) { return is_same_key(one, line); });
}

asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys_on(asio::any_io_executor loop, peer to) {
    auto reached = co_await reach(loop, to, tolerance(), clock::now() + first_contact);
    if (!reached) co_return reached.error();
    const auto contact = std::move(*reached);
    const auto said = co_await run_script(*contact, prepare_host_keys_script());
    if (!said) co_return said.error();
    std::vector<std::string> lines;
    for (const std::string& line : said->keys) {
        const auto key = parse_public_key(line);
        if (!key)
            co_return shell_failed(shell_failure::broken,
                                   "the VM made a host key that cannot be read: " + key.error().message);
        lines.push_back(to_line(*key));
    }
    if (lines.empty()) co_return shell_failed(shell_failure::broken, "the VM made no host keys");
    co_return lines;
}

asio::awaitable<shell_result<std::unique_ptr<session>>> install_host_keys_on(asio::any_io_executor loop, peer to,
                                                                             std::vector<std::string> prepared,
                                                                             std::string unless_started,
                                                                             std::unique_ptr<session> contact) {
    // Where they are shown already, an earlier call may still have been cut off between two of its files.
    const bool is_shown = holds_key(prepared, contact->presented_key());
    // The lines go into a script: only what is a key may.
    for (std::string& line : prepared) {
        const auto key = parse_public_key(line);
        if (!key)
            co_return shell_failed(shell_failure::broken, "a prepared host key cannot be read: " + key.error().message);
        line = to_line(*key);
    }
    if (prepared.empty()) co_return shell_failed(shell_failure::broken, "no host keys have been prepared");
    const auto said = co_await run_script(*contact, install_host_keys_script(prepared, unless_started, !is_shown));
    if (!said) co_return said.error();
    if (!said->installed) co_return std::move(contact);
    contact.reset();
    to.host_keys = std::move(prepared);
    auto reached = co_await reach_with_new_key(loop, to);
    co_return reached;
}

asio::awaitable<shell_result<handed_over>> hand_over_on(asio::any_io_executor loop, peer to, hand_over_order order,
                                                        std::unique_ptr<session> open) {
    if (open && holds_key(order.prepared, open->presented_key())) {
        auto done = co_await forget_operator_on(*open, order);
        open.reset();
        const bool is_lost = !done && done.error().failure == shell_failure::unreachable;
        if (!is_lost) co_return done;
    }
    for (const std::string& line : order.prepared)
        if (!holds_key(to.host_keys, line)) to.host_keys.push_back(line);
    auto reached = co_await reach(loop, to, tolerance(), clock::now() + first_contact);
    // Only over a connection that shows the new key is the operator's key taken off: nobody is locked out by an sshd
    // that did not take the new keys.
    if (reached) {
        auto installed = co_await install_host_keys_on(loop, to, order.prepared, {}, std::move(*reached));
        reached = std::move(installed);
    }
    if (!reached) {
        const shell_error& failed = reached.error();
        if (failed.failure != shell_failure::denied || !holds_key(order.prepared, failed.presented_key))
            co_return failed;
        // Done already, since the last thing that is taken off is the operator's key; or what ran there refuses it.
        handed_over done;
        done.host_keys = order.prepared;
        if (order.changed) done.operator_key_left = failed.message;
        co_return done;
    }
    const auto contact = std::move(*reached);
    const auto done = co_await forget_operator_on(*contact, order);
    co_return done;
}

}  // namespace slipway::ssh
