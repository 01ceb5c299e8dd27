#include "adapters/ssh/shell.hpp"

#include "adapters/ssh/hand_over.hpp"
#include "adapters/ssh/open_sessions.hpp"
#include "adapters/ssh/reach.hpp"
#include "adapters/ssh/recipe_run.hpp"

#include <boost/asio/ip/address.hpp>

#include <stdexcept>

namespace slipway::ssh {

namespace asio = boost::asio;
using namespace std::chrono_literals;

shell::shell(asio::any_io_executor loop, const std::string& operator_pem, shell_options options)
    : loop_(std::move(loop)), options_(std::move(options)), open_(std::make_shared<open_sessions>(loop_)),
      waiting_(std::make_shared<std::size_t>(0)) {
    ssh_key key = nullptr;
    if (ssh_pki_import_privkey_base64(operator_pem.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK)
        throw std::invalid_argument("the operator's key cannot be read: it is no unencrypted OpenSSH private key");
    operator_key_.reset(key);
    char* blob = nullptr;
    if (ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK)
        throw std::invalid_argument("the operator's key has no public half");
    operator_blob_ = blob;
    ssh_string_free_char(blob);
}

shell::~shell() {
    open_->end_all();
}

shell_result<peer> shell::peer_of(const ssh_target& target) const {
    boost::system::error_code code;
    const auto address = asio::ip::make_address(target.address, code);
    if (code)
        return shell_failed(shell_failure::broken,
                            "'" + target.address + "' is no IP address; a VM is reached by address");
    if (target.host_keys.empty())
        return shell_failed(shell_failure::broken,
                            "no host key of " + target.address + " is known, so it cannot be trusted");
    peer to;
    to.endpoint = asio::ip::tcp::endpoint(address, options_.port);
    to.user = options_.user;
    to.host_keys = target.host_keys;
    to.login = operator_key_.get();
    return to;
}

asio::awaitable<shell_result<void>> shell::wait_until_ready(ssh_target target, std::chrono::milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    const auto to = peer_of(target);
    if (!to) co_return to.error();
    tolerance forgiven;
    forgiven.another_host_key = true;
    forgiven.denied = 10s;
    const auto reached = co_await reach(loop_, *to, forgiven, until, waiting_);
    if (!reached) co_return reached.error();
    co_return shell_result<void>();
}

asio::awaitable<shell_result<recipe_output>> shell::run_recipe(ssh_target target, recipe_order order, output_sink sink) {
    const auto to = peer_of(target);
    if (!to) co_return to.error();
    auto ran = co_await run_recipe_on(loop_, *to, std::move(order), options_.grace, std::move(sink));
    if (!ran) co_return ran.error();
    const bool ended_well = ran->output.exit_code == 0 && !ran->output.timed_out;
    if (ended_well) open_->keep(target.address, std::move(ran->contact));
    co_return std::move(ran->output);
}

asio::awaitable<shell_result<std::vector<std::string>>> shell::prepare_host_keys(ssh_target target) {
    const auto to = peer_of(target);
    if (!to) co_return to.error();
    const auto lines = co_await prepare_host_keys_on(loop_, *to);
    co_return lines;
}

asio::awaitable<shell_result<handed_over>> shell::hand_over(ssh_target target, std::vector<std::string> prepared,
                                                            bool changed) {
    auto to = peer_of(target);
    if (!to) co_return to.error();
    hand_over_order order;
    order.prepared = std::move(prepared);
    order.operator_blob = operator_blob_;
    order.changed = changed;
    auto open = open_->take(target.address);
    auto done = co_await hand_over_on(loop_, *std::move(to), std::move(order), std::move(open));
    co_return done;
}

}  // namespace slipway::ssh
