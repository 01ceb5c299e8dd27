#include "tests/adapters/ssh/fixture.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

using namespace slipway;
using namespace slipway::test;

namespace {

// A call of run_recipe that is under way beside the test.
struct running_call {
    std::optional<shell_result<recipe_output>> result;
    std::exception_ptr thrown;
    std::string output;
    std::vector<std::string> pieces;
    bool ended = false;
    asio::cancellation_signal cancel;
};

struct fixture : ssh_fixture {
    std::string streamed;

    fixture() { vm.open(); }

    recipe_output run_ok(const std::string& id, const std::string& script, std::chrono::milliseconds deadline = 30s) {
        streamed.clear();
        auto result = run(loop, shell.run_recipe(vm.target(), id, script, deadline,
                                                 [this](std::string_view piece) { streamed += piece; }));
        INFO((result ? "" : result.error().message) << "\n" << vm.log());
        REQUIRE(result.has_value());
        return *result;
    }

    std::shared_ptr<running_call> start(ssh::shell& by, const std::string& id, const std::string& script,
                                        std::chrono::milliseconds deadline = 30s) {
        auto call = std::make_shared<running_call>();
        asio::co_spawn(loop,
                       by.run_recipe(vm.target(), id, script, deadline,
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

const std::string count_run = "echo run >>\"$SLIPWAY_VM_ROOT/runs\"\n";
const std::string wait_for_go = "until [ -e \"$SLIPWAY_VM_ROOT/go\" ]; do sleep 0.02; done\n";

bool lives(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(in, text)) return false;
    return text.find(") Z ") == text.npos;
}

pid_t pid_in(const std::string& text) {
    return static_cast<pid_t>(std::atoi(text.c_str()));
}

}  // namespace

TEST_CASE("a recipe runs and its output and exit code come back") {
    fixture f;
    const auto begun = std::chrono::steady_clock::now();
    const auto done = f.run_ok("r1", "echo hello; echo problem >&2; exit 0");
    INFO("ms in all: " << milliseconds_since(begun));
    CHECK(done.exit_code == 0);
    CHECK(!done.timed_out);
    CHECK(!done.found_running);
    CHECK(done.tail == "hello\nproblem\n");
    CHECK(f.streamed == done.tail);
    CHECK(done.bytes == 14);
    CHECK(done.duration < 5s);
    CHECK(milliseconds_since(begun) < 3000);
}

TEST_CASE("a recipe that fails, or is ended by a signal, says so") {
    fixture f;
    CHECK(f.run_ok("fails", "echo no; exit 7").exit_code == 7);
    CHECK(f.run_ok("killed", "kill -KILL $$").exit_code == 128 + SIGKILL);
    CHECK(f.run_ok("terminated", "kill -TERM $$").exit_code == 128 + SIGTERM);
    CHECK(f.run_ok("empty", "").exit_code == 0);
    CHECK(f.run_ok("syntax", "if then").exit_code == 2);
}

TEST_CASE("without a first line the shell runs it, with one the named program does") {
    fixture f;
    CHECK(f.run_ok("plain", "[ \"$(cat /proc/$$/comm)\" = sh ] || exit 1; echo $0").exit_code == 0);
    CHECK(f.run_ok("sh", "#!/bin/sh -eu\nfalse\nexit 0\n").exit_code == 1);
    CHECK(f.run_ok("bash", "#!/bin/bash\na=(1 2 3)\nexit ${#a[@]}\n").exit_code == 3);
    CHECK(f.run_ok("cat", "#!/bin/cat\nthis is shown\n").tail == "#!/bin/cat\nthis is shown\n");
    const auto missing = f.run_ok("missing", "#!/no/such/python\nprint('x')\n");
    CHECK((missing.exit_code == 126 || missing.exit_code == 127));
    CHECK(!missing.tail.empty());
}

TEST_CASE("a recipe finds a home, its run's name, an empty stdin, ordinary signals and a readable umask") {
    fixture f;
    const auto done = f.run_ok("surroundings",
                               "echo \"$HOME|$SLIPWAY_RUN_ID|$(pwd)|$(umask)|$(cat)|${SSH_CONNECTION-none}|\"\n"
                               "case $PATH in */usr/sbin*) ;; *) exit 1;; esac\n"
                               "grep SigIgn /proc/$$/status | tr -d '\\t'\n");
    const std::string home = f.file("root");
    CHECK(done.exit_code == 0);
    CHECK_THAT(done.tail, contains(home + "|surroundings|" + home + "|0022||none|\n"));
    unsigned long ignored = 0;
    std::istringstream(done.tail.substr(done.tail.find("SigIgn:") + 7)) >> std::hex >> ignored;
    CHECK((ignored & (1ul << (SIGINT - 1) | 1ul << (SIGTERM - 1) | 1ul << (SIGQUIT - 1) | 1ul << (SIGHUP - 1))) == 0);
}

TEST_CASE("any bytes can be a recipe: nothing in it ends the transfer early") {
    fixture f;
    const auto done = f.run_ok("delimiters", "cat <<'EOF'\n.\nEOF2\n'\"$(touch x)`\\\n.\n=END=\nEOF\nexit 5");
    CHECK(done.exit_code == 5);
    CHECK(done.tail == ".\nEOF2\n'\"$(touch x)`\\\n.\n=END=\n");
    std::string large = "#!/bin/sh\n: <<'X'\n";
    for (int i = 0; large.size() < 64 * 1024 - 40; ++i)
        large += "line " + std::to_string(i) + " \xff\x01\xe2\x82\xac\n";
    large += "X\necho end; exit 9\n";
    const auto end = f.run_ok("large", large);
    CHECK(end.exit_code == 9);
    CHECK(end.tail == "end\n");
    CHECK(f.vm.read("var/lib/slipway/recipes/large/script") == large);
}

TEST_CASE("binary output is streamed as it is, and is valid text in the tail") {
    fixture f;
    const auto done = f.run_ok("binary", "printf 'a\\0b\\377\\303\\244\\303'");
    CHECK(f.streamed == std::string("a\0b\xff\xc3\xa4\xc3", 7));
    CHECK(done.tail ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
    CHECK(done.bytes == 7);
}

TEST_CASE("output comes while the recipe runs, in order, each piece once") {
    fixture f;
    const auto call =
        f.start(f.shell, "stream", "echo one\n" + wait_for_go + "for i in 1 2 3; do echo $i; sleep 0.05; done\n");
    run_until(f.loop, [&] { return call->output == "one\n"; });
    CHECK(!call->ended);
    f.vm.write("go", "");
    run_until(f.loop, [&] { return call->ended; });
    REQUIRE(call->result->has_value());
    CHECK(call->output == "one\n1\n2\n3\n");
    CHECK(call->pieces.size() >= 3);
}

TEST_CASE("a recipe that never stops writing is bounded on the VM and not ended by it") {
    fixture f;
    // About 12 MB; the last lines are told apart.
    const auto done = f.run_ok("huge", "seq 1 1600000; echo the end; exit 3", 60s);
    CHECK(done.exit_code == 3);
    std::uint64_t expected = 8;
    for (int digits = 1, from = 1; from <= 1'600'000; ++digits, from *= 10)
        expected += static_cast<std::uint64_t>(std::min(from * 10 - 1, 1'600'000) - from + 1) *
                    static_cast<std::uint64_t>(digits + 1);
    CHECK(done.bytes == expected);
    CHECK(done.tail.ends_with("1599999\n1600000\nthe end\n"));
    CHECK(done.tail.size() == 4096);
    CHECK(f.streamed.size() == 1 << 20);
    CHECK(f.streamed.starts_with("1\n2\n3\n"));
    std::uintmax_t on_disk = 0;
    for (const auto& entry : std::filesystem::directory_iterator(f.vm.run_folder("huge")))
        if (entry.is_regular_file()) on_disk += entry.file_size();
    CHECK(on_disk < 3'300'000);
}

TEST_CASE("a tail that ends exactly at a kept piece's border is complete") {
    fixture f;
    const auto exact = f.run_ok("exact", "head -c 1048576 /dev/zero | tr '\\0' a");
    CHECK(exact.bytes == 1048576);
    CHECK(exact.tail == std::string(4096, 'a'));
    const auto two = f.run_ok("two", "head -c 2097152 /dev/zero | tr '\\0' a; sleep 0.2; printf bcd");
    CHECK(two.bytes == 2097155);
    CHECK(two.tail == std::string(4093, 'a') + "bcd");
}

TEST_CASE("a recipe whose output can no longer be kept is not ended by that") {
    fixture f;
    // As a full disk would, this refuses what comes after the first MiB.
    std::filesystem::create_directories(f.vm.run_folder("full") / "over");
    const auto done = f.run_ok("full", "seq 1 600000; exit $?");
    CHECK(done.exit_code == 0);
    CHECK(f.streamed.size() == 1 << 20);
}

TEST_CASE("a recipe past its deadline is ended on the VM, with its children") {
    fixture f;
    SECTION("one that obeys") {
        const auto done =
            f.run_ok("slow", "sleep 300 & echo $! >\"$SLIPWAY_VM_ROOT/child\"; echo started; wait", 700ms);
        CHECK(done.timed_out);
        CHECK(done.exit_code == 124);
        CHECK(done.tail.starts_with("started\n"));
        CHECK(done.duration >= 650ms);
        CHECK(done.duration < 5s);
        const pid_t child = pid_in(f.vm.read("child"));
        REQUIRE(child > 0);
        run_until(
            f.loop, [&] { return !lives(child); }, 5s);
    }
    SECTION("one that does not") {
        const auto done = f.run_ok(
            "stubborn", "trap '' TERM; echo $$ >\"$SLIPWAY_VM_ROOT/child\"; while :; do sleep 0.1; done", 500ms);
        CHECK(done.timed_out);
        CHECK(done.exit_code == 124);
        CHECK(done.duration < 10s);
        CHECK(!lives(pid_in(f.vm.read("child"))));
    }
    SECTION("one whose children do not") {
        const auto done =
            f.run_ok("stubborn-child",
                     "(trap '' TERM; while :; do sleep 0.1; done) & echo $! >\"$SLIPWAY_VM_ROOT/child\"; wait", 500ms);
        CHECK(done.timed_out);
        const pid_t child = pid_in(f.vm.read("child"));
        run_until(
            f.loop, [&] { return !lives(child); }, 5s);
    }
    SECTION("one that leaves by itself with 124 is no timeout") {
        const auto done = f.run_ok("own124", "exit 124");
        CHECK(!done.timed_out);
        CHECK(done.exit_code == 124);
    }
}

TEST_CASE("the deadline holds although nobody watches") {
    fixture f;
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

TEST_CASE("a service that the recipe leaves behind does not hold up its end, and goes on") {
    fixture f;
    const auto begun = std::chrono::steady_clock::now();
    const auto done = f.run_ok(
        "service", "(while :; do echo tick; sleep 0.1; done) &\necho $! >\"$SLIPWAY_VM_ROOT/child\"\necho up\n");
    CHECK(done.exit_code == 0);
    CHECK(milliseconds_since(begun) < 4000);
    const pid_t child = pid_in(f.vm.read("child"));
    // Its next lines are written into a pipe that somebody still reads.
    const auto size = f.vm.read("var/lib/slipway/recipes/service/output").size();
    run_until(
        f.loop, [&] { return f.vm.read("var/lib/slipway/recipes/service/output").size() > size; }, 10s);
    CHECK(lives(child));
    ::kill(child, SIGKILL);
    run_until(
        f.loop, [&] { return f.exists("var/lib/slipway/recipes/service/drained"); }, 10s);
}

TEST_CASE("a caller that is killed in the middle finds its recipe again: it ran once, and nothing is missing") {
    fixture f;
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
        fixture f;
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
    fixture f;
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
    fixture f;
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
    fixture f;
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
    fixture f;
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
    fixture f;
    std::filesystem::create_directories(f.vm.run_folder("half"));
    f.vm.write("var/lib/slipway/recipes/half/script.123", "half a scr");
    const auto done = f.run_ok("half", "echo whole");
    CHECK(done.tail == "whole\n");
    CHECK(!done.found_running);
}

TEST_CASE("the script waits for cloud-init, and not for ever") {
    fixture f;
    SECTION("that ends") {
        f.vm.write("usr/bin/cloud-init",
                   "#!/bin/sh\necho \"$*\" >\"$SLIPWAY_VM_ROOT/asked\"\n" + wait_for_go + "exit 1\n", 0755);
        const auto call = f.start(f.shell, "waits", "echo ran");
        run_until(f.loop, [&] { return f.exists("asked"); });
        bool later = false;
        after(f.loop, 300ms, [&] { later = true; });
        run_until(f.loop, [&] { return later; });
        CHECK(call->output.empty());
        CHECK(!call->ended);
        f.vm.write("go", "");
        run_until(f.loop, [&] { return call->ended; });
        CHECK(call->output == "ran\n");
        CHECK(f.vm.read("asked") == "status --wait\n");
        CHECK((*call->result)->duration < 2s);
    }
    SECTION("that does not") {
        f.vm.write("usr/bin/cloud-init", "#!/bin/sh\nexec sleep 300\n", 0755);
        const auto done = f.run_ok("stuck", "echo ran", 600ms);
        CHECK(done.timed_out);
        CHECK(done.exit_code == 124);
        CHECK_THAT(done.tail, contains("cloud-init did not finish"));
    }
}

TEST_CASE("a host that shows another key, refuses the key or is not there gets no recipe") {
    fixture f;
    ssh_target target = f.vm.target();
    target.host_keys = {make_key('x').public_line};
    CHECK(run(f.loop, f.shell.run_recipe(target, "no", "exit 0", 5s, {})).error().failure ==
          shell_failure::wrong_host_key);
    f.vm.set_authorized_keys("");
    CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), "no", "exit 0", 5s, {})).error().failure ==
          shell_failure::denied);
    f.vm.close();
    CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), "no", "exit 0", 500ms, {})).error().failure ==
          shell_failure::unreachable);
    CHECK(!f.exists("var"));
}

TEST_CASE("names of runs that could lead elsewhere are refused") {
    fixture f;
    for (const std::string& bad : {std::string(), std::string(".."), std::string("a/b"), std::string("-x"),
                                   std::string("a b"), std::string("a'b"), std::string("$x"), std::string(101, 'a')})
        CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), bad, "exit 0", 5s, {})).error().failure ==
              shell_failure::broken);
    CHECK(!f.exists("var"));
}

TEST_CASE("a disk that takes nothing is named") {
    fixture f;
    f.vm.write("var", "a file where a folder should be");
    const auto result = run(f.loop, f.shell.run_recipe(f.vm.target(), "r", "exit 0", 5s, {}));
    REQUIRE(!result);
    CHECK(result.error().failure == shell_failure::broken);
    CHECK_THAT(result.error().message, contains("disk full"));
}

TEST_CASE("thirty recipes at once on one thread") {
    fixture f;
    const int before = open_descriptors();
    std::vector<std::shared_ptr<running_call>> calls;
    for (int i = 0; i < 30; ++i)
        calls.push_back(f.start(f.shell, "many" + std::to_string(i), "echo " + std::to_string(i)));
    run_until(
        f.loop, [&] { return std::all_of(calls.begin(), calls.end(), [](auto& c) { return c->ended; }); }, 90s);
    for (int i = 0; i < 30; ++i) {
        REQUIRE(calls[static_cast<std::size_t>(i)]->result->has_value());
        CHECK(calls[static_cast<std::size_t>(i)]->output == std::to_string(i) + "\n");
    }
    CHECK(open_descriptors() == before);
}
