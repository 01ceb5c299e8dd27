// What the tests of recipes share: a VM that is open, calls that run beside the test, and what a recipe left on the VM.
#pragma once

#include "tests/adapters/ssh/fixture.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace slipway::test {

// A call of run_recipe that is under way beside the test.
struct running_call {
    std::optional<shell_result<recipe_output>> result;
    std::exception_ptr thrown;
    std::string output;
    std::vector<std::string> pieces;
    bool ended = false;
    asio::cancellation_signal cancel;
};

struct recipe_fixture : ssh_fixture {
    std::string streamed;

    explicit recipe_fixture(std::filesystem::path where = std::filesystem::temp_directory_path())
        : ssh_fixture(std::move(where)) {
        vm.open();
    }

    recipe_output run_ok(const std::string& id, const std::string& script, std::chrono::milliseconds deadline = 30s) {
        streamed.clear();
        auto result = run(loop, shell.run_recipe(vm.target(), order_of(id, script, deadline),
                                                 [this](std::string_view piece) { streamed += piece; }));
        INFO((result ? "" : result.error().message) << "\n" << vm.log());
        REQUIRE(result.has_value());
        return *result;
    }

    std::shared_ptr<running_call> start(ssh::shell& by, const std::string& id, const std::string& script,
                                        std::chrono::milliseconds deadline = 30s) {
        auto call = std::make_shared<running_call>();
        asio::co_spawn(loop,
                       by.run_recipe(vm.target(), order_of(id, script, deadline),
                                     [call](std::string_view piece) {
                                         call->output += piece;
                                         call->pieces.emplace_back(piece);
                                     }),
                       asio::bind_cancellation_slot(call->cancel.slot(),
                                                    [call](std::exception_ptr e, shell_result<recipe_output> result) {
                                                        call->thrown = e;
                                                        if (!e) call->result.emplace(std::move(result));
                                                        call->ended = true;
                                                    }));
        return call;
    }

    std::string file(const std::string& name) const { return (vm.root() / name).string(); }
    bool exists(const std::string& name) const { return vm.exists(name); }
    int runs(const std::string& name = "runs") const {
        const std::string text = vm.read(name);
        return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    }
};

inline const std::string count_run = "echo run >>\"$SLIPWAY_VM_ROOT/runs\"\n";
inline const std::string wait_for_go = "until [ -e \"$SLIPWAY_VM_ROOT/go\" ]; do sleep 0.02; done\n";

inline bool lives(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(in, text)) return false;
    return text.find(") Z ") == text.npos;
}

inline pid_t pid_in(const std::string& text) {
    return static_cast<pid_t>(std::atoi(text.c_str()));
}

}  // namespace slipway::test
