// The engine's remote shell on libssh. It holds the operator's private key for as long as it lives; calls share nothing
// else, so any number of them may run at once (each has a connection and about 0.2 MB of its own).
//
// One thread: the executor's. What is on the VM, and how a recipe is run there exactly once, stands in
// remote_scripts.hpp.
#pragma once

#include "adapters/ssh/session.hpp"
#include "engine/ports/remote_shell.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace slipway::ssh {

struct shell_options {
    std::uint16_t port = 22;
    std::string user = "root";
    // How long past its time limit a recipe's end is waited for: the script's own clean-up, and the way here.
    std::chrono::milliseconds grace{30'000};
};

class open_sessions;


class shell final : public remote_shell {
public:
    // Throws std::invalid_argument where `operator_pem` is no private key.
    shell(boost::asio::any_io_executor loop, const std::string& operator_pem, shell_options options = {});
    ~shell() override;

    boost::asio::awaitable<shell_result<void>> wait_until_ready(ssh_target target,
                                                                std::chrono::milliseconds deadline) override;
    boost::asio::awaitable<shell_result<recipe_output>> run_recipe(ssh_target target, recipe_order order,
                                                                   output_sink sink) override;
    boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys(ssh_target target) override;
    boost::asio::awaitable<shell_result<handed_over>> hand_over(ssh_target target, std::vector<std::string> prepared,
                                                                bool changed) override;

private:
    shell_result<peer> peer_of(const ssh_target& target) const;

    boost::asio::any_io_executor loop_;
    key_handle operator_key_;
    std::string operator_blob_;  // base64 of the public half, as it stands in authorized_keys
    shell_options options_;
    std::shared_ptr<open_sessions> open_;  // of recipes that have ended well
    std::shared_ptr<std::size_t> waiting_;  // how many wait for their VMs to boot
};

}  // namespace slipway::ssh
