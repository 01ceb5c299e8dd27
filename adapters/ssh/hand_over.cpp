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

bool contains(const std::vector<std::string>& lines, const std::string& line) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& one) { return is_same_key(one, line); });
}

// Runs one of the scripts to its end; its stdout. A script that fails says why on stderr: "slipway: broken SENTENCE".
asio::awaitable<shell_result<std::string>> run_script(session& on, std::string script) {
    std::string out;
    std::string complaint;
    channel_sink collect = [&](bool from_stderr, std::string_view bytes) {
        std::string& to = from_stderr ? complaint : out;
        if (to.size() < 65536) to += bytes;
    };
    const auto until = clock::now() + script_time;
    const auto ran = co_await on.run(std::string(shell_command), std::move(script), collect, until);
    if (!ran) co_return ran.error();
    if (ran->timed_out) co_return shell_failed(shell_failure::timed_out, "the VM took too long over its SSH keys");
    if (ran->status == 0) co_return out;
    constexpr std::string_view marker = "slipway: broken ";
    const auto at = complaint.find(marker);
    std::string why = at == complaint.npos ? text_tail(complaint, 300) : complaint.substr(at + marker.size());
    while (why.ends_with('\n')) why.pop_back();
    co_return shell_failed(shell_failure::broken, "the VM could not change its SSH keys: " + why);
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

}  // namespace

asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys_on(asio::any_io_executor loop, peer to) {
    auto reached = co_await reach(loop, to, tolerance(), clock::now() + first_contact);
    if (!reached) co_return reached.error();
    const auto contact = std::move(*reached);
    const auto printed = co_await run_script(*contact, prepare_host_keys_script());
    if (!printed) co_return printed.error();
    std::vector<std::string> lines;
    std::istringstream text(*printed);
    for (std::string line; std::getline(text, line);) {
        const auto key = parse_public_key(line);
        if (!key)
            co_return shell_failed(shell_failure::broken,
                                   "the VM made a host key that cannot be read: " + key.error().message);
        lines.push_back(to_line(*key));
    }
    if (lines.empty()) co_return shell_failed(shell_failure::broken, "the VM made no host keys");
    co_return lines;
}

asio::awaitable<shell_result<void>> hand_over_on(asio::any_io_executor loop, peer to, std::vector<std::string> prepared,
                                                 std::string operator_blob) {
    // The lines go into a script: only what is a key may.
    for (std::string& line : prepared) {
        const auto key = parse_public_key(line);
        if (!key)
            co_return shell_failed(shell_failure::broken, "a prepared host key cannot be read: " + key.error().message);
        line = to_line(*key);
    }
    if (prepared.empty()) co_return shell_failed(shell_failure::broken, "no host keys have been prepared");
    for (const std::string& line : prepared)
        if (!contains(to.host_keys, line)) to.host_keys.push_back(line);

    auto reached = co_await reach(loop, to, tolerance(), clock::now() + first_contact);
    if (!reached) {
        const shell_error& failed = reached.error();
        if (failed.failure == shell_failure::denied && contains(prepared, failed.presented_key))
            co_return shell_result<void>();  // done already: the last thing that is taken off is the operator's key
        co_return failed;
    }
    auto contact = std::move(*reached);
    const auto installed = co_await run_script(*contact, install_host_keys_script(prepared));
    if (!installed) co_return installed.error();
    contact.reset();

    // Only over a connection that shows the new key is the operator's key taken off: nobody is locked out by an sshd
    // that did not take the new keys.
    to.host_keys = prepared;
    reached = co_await reach_with_new_key(loop, to);
    if (!reached) {
        const shell_error& failed = reached.error();
        if (failed.failure == shell_failure::denied && contains(prepared, failed.presented_key))
            co_return shell_result<void>();  // somebody else did the rest meanwhile
        co_return failed;
    }
    contact = std::move(*reached);
    const auto forgotten = co_await run_script(*contact, forget_operator_script(operator_blob));
    if (!forgotten) co_return forgotten.error();
    co_return shell_result<void>();
}

}  // namespace slipway::ssh
