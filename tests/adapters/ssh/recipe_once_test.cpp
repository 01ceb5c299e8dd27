#include "tests/adapters/ssh/recipe_fixture.hpp"

#include <signal.h>

using namespace slipway;
using namespace slipway::test;
TEST_CASE("the deadline holds although nobody watches") {
    recipe_fixture f;
    const auto call = f.start(f.shell, "unwatched", "echo $$ >\"$SLIPWAY_VM_ROOT/child\"; sleep 300", 1500ms);
    run_until(f.loop, [&] { return !f.vm.read("child").empty(); });
    call->cancel.emit(asio::cancellation_type::terminal);
    run_until(f.loop, [&] { return call->ended; });
    f.vm.cut();
    const pid_t child = pid_in(f.vm.read("child"));
    CHECK(lives(child));
    run_until(
        f.loop, [&] { return !lives(child) && f.exists("var/lib/slipway/recipes/unwatched/exit"); }, 20s);
    const auto done = f.run_ok("unwatched", "echo $$ >\"$SLIPWAY_VM_ROOT/child\"; sleep 300", 1500ms);
    CHECK(done.timed_out);
    CHECK(done.found_running);
}

TEST_CASE("a caller that is killed in the middle finds its recipe again: it ran once, and nothing is missing") {
    recipe_fixture f;
    const std::string script = count_run + "echo first\n" + wait_for_go + "echo second; exit 4\n";
    const auto call = f.start(f.shell, "resumed", script);
    run_until(f.loop, [&] { return call->output == "first\n"; });
    call->cancel.emit(asio::cancellation_type::terminal);
    run_until(f.loop, [&] { return call->ended; });
    CHECK(call->thrown != nullptr);

    auto second_shell = f.shell_at(f.vm.port());
    const auto again = f.start(second_shell, "resumed", script);
    run_until(f.loop, [&] { return again->output == "first\n"; });
    f.vm.write("go", "");
    run_until(f.loop, [&] { return again->ended; });
    REQUIRE(again->result->has_value());
    const recipe_output& done = **again->result;
    CHECK(done.exit_code == 4);
    CHECK(done.found_running);
    CHECK(again->output == "first\nsecond\n");
    CHECK(f.runs() == 1);

    const auto third = f.run_ok("resumed", script);
    CHECK(third.found_running);
    CHECK(third.exit_code == 4);
    CHECK(f.streamed == "first\nsecond\n");
    CHECK(third.duration == done.duration);
    CHECK(f.runs() == 1);
}

TEST_CASE("a caller killed at any moment of the start leaves one run at most, and a second call ends it") {
    // The kill comes ever later: before the connection, while the files are put there, while the runner starts.
    for (int i = 0; i < 16; ++i) {
        recipe_fixture f;
        const std::string script = count_run + "echo done\n";
        const auto call = f.start(f.shell, "r", script);
        bool now = false;
        after(f.loop, std::chrono::milliseconds(6 * i), [&] { now = true; });
        run_until(f.loop, [&] { return now; });
        call->cancel.emit(asio::cancellation_type::terminal);
        run_until(f.loop, [&] { return call->ended; });
        if (i % 2 == 0) f.vm.cut();
        const auto done = f.run_ok("r", script);
        CHECK(done.exit_code == 0);
        CHECK(f.streamed == "done\n");
        CHECK(f.runs() == 1);
    }
}

TEST_CASE("two callers with one run at the same time: it runs once, both get all of it") {
    recipe_fixture f;
    for (int i = 0; i < 8; ++i) {
        const std::string id = "twice" + std::to_string(i);
        const std::string script =
            "echo run >>\"$SLIPWAY_VM_ROOT/runs" + std::to_string(i) + "\"\necho a; sleep 0.1; echo b; exit 6\n";
        std::vector<std::shared_ptr<running_call>> calls;
        for (int k = 0; k < 4; ++k) calls.push_back(f.start(f.shell, id, script));
        run_until(f.loop, [&] { return std::all_of(calls.begin(), calls.end(), [](auto& c) { return c->ended; }); });
        int starters = 0;
        for (const auto& call : calls) {
            REQUIRE(call->result.has_value());
            INFO((call->result->has_value() ? "" : call->result->error().message));
            REQUIRE(call->result->has_value());
            CHECK((*call->result)->exit_code == 6);
            CHECK(call->output == "a\nb\n");
            if (!(*call->result)->found_running) ++starters;
        }
        CHECK(starters == 1);
        CHECK(f.runs("runs" + std::to_string(i)) == 1);
    }
}

TEST_CASE("a connection that is cut again and again is made again: nothing is lost or given twice") {
    recipe_fixture f;
    relay through(f.loop, f.vm.port());
    auto shell = f.shell_at(through.port());
    const auto call =
        f.start(shell, "cut",
                count_run + "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.005; done; exit 2\n");
    int cuts = 0;
    std::size_t next = 500;
    run_until(f.loop, [&] {
        if (call->output.size() > next) {
            next = call->output.size() + 500;
            ++cuts;
            through.cut();
        }
        return call->ended;
    });
    INFO((call->result && !*call->result ? call->result->error().message : ""));
    REQUIRE(call->result->has_value());
    CHECK(cuts >= 3);
    std::string expected;
    for (int i = 1; i <= 400; ++i) expected += "line " + std::to_string(i) + "\n";
    CHECK(call->output == expected);
    CHECK((*call->result)->exit_code == 2);
    CHECK(!(*call->result)->found_running);
    CHECK(f.runs() == 1);
}

TEST_CASE("a recipe whose runner was killed is reported as lost and never run a second time") {
    recipe_fixture f;
    const std::string script = count_run + "echo part\n" + wait_for_go;
    const auto call = f.start(f.shell, "lost", script);
    run_until(f.loop, [&] { return call->output == "part\n"; });
    const pid_t runner = pid_in(f.vm.read("var/lib/slipway/recipes/lost/started"));
    const pid_t recipe = pid_in(f.vm.read("var/lib/slipway/recipes/lost/group"));
    REQUIRE(runner > 0);
    REQUIRE(recipe > 0);
    SECTION("with its script, as by a reboot") {
        ::kill(runner, SIGKILL);
        ::kill(-recipe, SIGKILL);
    }
    SECTION("alone: the script is watched to its end") {
        ::kill(runner, SIGKILL);
        bool later = false;
        after(f.loop, 600ms, [&] { later = true; });
        run_until(f.loop, [&] { return later; });
        CHECK(!call->ended);
        f.vm.write("go", "");
    }
    run_until(f.loop, [&] { return call->ended; });
    REQUIRE(call->result->has_value());
    CHECK((*call->result)->exit_code != 0);
    CHECK(!(*call->result)->timed_out);
    CHECK_THAT((*call->result)->tail, contains("part\n") && contains("not run a second time"));
    const auto again = f.run_ok("lost", script);
    CHECK(again.exit_code == (*call->result)->exit_code);
    CHECK(f.runs() == 1);
}

TEST_CASE("a run whose folder vanishes while it is followed is not started afresh") {
    recipe_fixture f;
    const auto call = f.start(f.shell, "vanished", count_run + "echo part\n" + wait_for_go);
    run_until(f.loop, [&] { return call->output == "part\n"; });
    const pid_t recipe = pid_in(f.vm.read("var/lib/slipway/recipes/vanished/group"));
    std::filesystem::remove_all(f.vm.run_folder("vanished"));
    f.vm.cut();
    run_until(f.loop, [&] { return call->ended; });
    REQUIRE(call->result.has_value());
    REQUIRE(!*call->result);
    CHECK(call->result->error().failure == shell_failure::broken);
    CHECK_THAT(call->result->error().message, contains("no longer there"));
    CHECK(f.runs() == 1);
    ::kill(-recipe, SIGKILL);
}

TEST_CASE("a run that was put on the VM but provably never started is started") {
    recipe_fixture f;
    std::filesystem::create_directories(f.vm.run_folder("half"));
    f.vm.write("var/lib/slipway/recipes/half/script.123", "half a scr");
    const auto done = f.run_ok("half", "echo whole");
    CHECK(done.tail == "whole\n");
    CHECK(!done.found_running);
}

TEST_CASE("a host that shows another key, refuses the key or is not there gets no recipe") {
    recipe_fixture f;
    ssh_target target = f.vm.target();
    target.host_keys = {make_key('x').public_line};
    CHECK(run(f.loop, f.shell.run_recipe(target, order_of("no", "exit 0", 5s), {})).error().failure ==
          shell_failure::wrong_host_key);
    f.vm.set_authorized_keys("");
    CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), order_of("no", "exit 0", 5s), {})).error().failure ==
          shell_failure::denied);
    f.vm.close();
    CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), order_of("no", "exit 0", 500ms), {})).error().failure ==
          shell_failure::unreachable);
    CHECK(!f.exists("var"));
}

TEST_CASE("thirty recipes at once on one thread") {
    recipe_fixture f;
    const int before = open_descriptors();
    std::vector<std::shared_ptr<running_call>> calls;
    for (int i = 0; i < 30; ++i)
        calls.push_back(f.start(f.shell, "many" + std::to_string(i), "echo " + std::to_string(i)));
    run_until(
        f.loop, [&] { return std::all_of(calls.begin(), calls.end(), [](auto& c) { return c->ended; }); }, 90s);
    for (int i = 0; i < 30; ++i) {
        const auto& result = *calls[static_cast<std::size_t>(i)]->result;
        INFO((result ? "" : result.error().message));
        REQUIRE(result.has_value());
        CHECK(calls[static_cast<std::size_t>(i)]->output == std::to_string(i) + "\n");
    }
    CHECK(open_descriptors() == before + 1);  // the last session, for the hand-over
}
