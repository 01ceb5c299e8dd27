// VMs that do at once what they are asked to, without SSH. Whoever waits for one to boot can be kept waiting: then many lives
// are on their way together, and go on together.
//
// One thread.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/ports/remote_shell.hpp"

#include <cstdint>

namespace slipway::bench {

class obliging_shell final : public remote_shell {
public:
    // VMs boot when so many are waited for, all of them.
    explicit obliging_shell(std::uint64_t together = 1) : together_(together) {}

    boost::asio::awaitable<shell_result<void>> wait_until_ready(ssh_target target,
                                                                std::chrono::milliseconds deadline) override;
    boost::asio::awaitable<shell_result<recipe_output>> run_recipe(ssh_target target, recipe_order order,
                                                                   output_sink sink) override;
    boost::asio::awaitable<shell_result<std::vector<std::string>>> prepare_host_keys(ssh_target target) override;
    boost::asio::awaitable<shell_result<handed_over>> hand_over(ssh_target target, std::vector<std::string> prepared,
                                                                bool changed) override;

private:
    std::uint64_t together_, waiting_ = 0;
    wakeup boot_;
};

}  // namespace slipway::bench
