// What the tests of the shell begin with: a loop, a VM that is not open yet, and a shell that can log in to it.
#pragma once

#include "adapters/ssh/shell.hpp"
#include "tests/adapters/ssh/loop.hpp"
#include "tests/adapters/ssh/simulated_vm.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace slipway::test {

struct ssh_fixture {
    explicit ssh_fixture(std::filesystem::path where = std::filesystem::temp_directory_path()) : disk(std::move(where)) {}

    std::filesystem::path disk;
    asio::io_context loop{1};
    ssh_key_pair operator_key = make_key('o', "operator");
    ssh_key_pair host_key = make_key('h', "host");
    simulated_vm vm{loop, operator_key, host_key, disk};
    ssh::shell shell = shell_at(vm.port());

    ssh::shell shell_at(std::uint16_t port) {
        ssh::shell_options options;
        options.port = port;
        options.user = own_user();
        return ssh::shell(loop.get_executor(), operator_key.private_pem, options);
    }
    shell_result<void> wait(std::chrono::milliseconds deadline = 20s) {
        return run(loop, shell.wait_until_ready(vm.target(), deadline));
    }
};

inline recipe_order order_of(std::string run_id, std::string script, std::chrono::milliseconds deadline) {
    recipe_order order;
    order.run_id = std::move(run_id);
    order.script = std::move(script);
    order.deadline = deadline;
    return order;
}

inline void after(asio::io_context& loop, std::chrono::milliseconds time, std::function<void()> what) {
    auto timer = std::make_shared<asio::steady_timer>(loop, time);
    timer->async_wait([timer, what = std::move(what)](const boost::system::error_code&) { what(); });
}

}  // namespace slipway::test
