#include "tests/adapters/ssh/recipe_fixture.hpp"

#include <signal.h>

using namespace slipway;
using namespace slipway::test;
TEST_CASE("a recipe runs and its output and exit code come back") {
    recipe_fixture f;
    const auto done = f.run_ok("r1", "echo hello; echo problem >&2; exit 0");
    CHECK(done.exit_code == 0);
    CHECK(!done.timed_out);
    CHECK(!done.found_running);
    CHECK(done.tail == "hello\nproblem\n");
    CHECK(f.streamed == done.tail);
    CHECK(done.bytes == 14);
    CHECK(done.duration < 5s);
}

TEST_CASE("a recipe that fails, or is ended by a signal, says so") {
    recipe_fixture f;
    CHECK(f.run_ok("fails", "echo no; exit 7").exit_code == 7);
    CHECK(f.run_ok("killed", "kill -KILL $$").exit_code == 128 + SIGKILL);
    CHECK(f.run_ok("terminated", "kill -TERM $$").exit_code == 128 + SIGTERM);
    CHECK(f.run_ok("empty", "").exit_code == 0);
    CHECK(f.run_ok("syntax", "if then").exit_code == 2);
}

TEST_CASE("without a first line the shell runs it, with one the named program does") {
    recipe_fixture f;
    CHECK(f.run_ok("plain", "[ \"$(cat /proc/$$/comm)\" = sh ] || exit 1; echo $0").exit_code == 0);
    CHECK(f.run_ok("sh", "#!/bin/sh -eu\nfalse\nexit 0\n").exit_code == 1);
    CHECK(f.run_ok("bash", "#!/bin/bash\na=(1 2 3)\nexit ${#a[@]}\n").exit_code == 3);
    CHECK(f.run_ok("cat", "#!/bin/cat\nthis is shown\n").tail == "#!/bin/cat\nthis is shown\n");
    const auto missing = f.run_ok("missing", "#!/no/such/python\nprint('x')\n");
    CHECK((missing.exit_code == 126 || missing.exit_code == 127));
    CHECK(!missing.tail.empty());
}

TEST_CASE("a recipe finds a home, its run's name, an empty stdin, ordinary signals and a readable umask") {
    recipe_fixture f;
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
    recipe_fixture f;
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
    recipe_fixture f;
    const auto done = f.run_ok("binary", "printf 'a\\0b\\377\\303\\244\\303'");
    CHECK(f.streamed == std::string("a\0b\xff\xc3\xa4\xc3", 7));
    CHECK(done.tail ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd");
    CHECK(done.bytes == 7);
}

TEST_CASE("output comes while the recipe runs, in order, each piece once") {
    recipe_fixture f;
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
    recipe_fixture f;
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
    recipe_fixture f;
    const auto exact = f.run_ok("exact", "head -c 1048576 /dev/zero | tr '\\0' a");
    CHECK(exact.bytes == 1048576);
    CHECK(exact.tail == std::string(4096, 'a'));
    const auto two = f.run_ok("two", "head -c 2097152 /dev/zero | tr '\\0' a; sleep 0.2; printf bcd");
    CHECK(two.bytes == 2097155);
    CHECK(two.tail == std::string(4093, 'a') + "bcd");
}

TEST_CASE("a recipe whose output can no longer be kept is not ended by that") {
    recipe_fixture f;
    // As a full disk would, this refuses what comes after the first MiB.
    std::filesystem::create_directories(f.vm.run_folder("full") / "over");
    const auto done = f.run_ok("full", "seq 1 600000; exit $?");
    CHECK(done.exit_code == 0);
    CHECK(f.streamed.size() == 1 << 20);
}

TEST_CASE("a recipe past its deadline is ended on the VM, with its children") {
    recipe_fixture f;
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

TEST_CASE("a service that the recipe leaves behind does not hold up its end, and goes on") {
    recipe_fixture f;
    const auto done = f.run_ok(
        "service", "(while :; do echo tick; sleep 0.1; done) &\necho $! >\"$SLIPWAY_VM_ROOT/child\"\necho up\n");
    CHECK(done.exit_code == 0);
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

TEST_CASE("the script waits for cloud-init, and not for ever") {
    recipe_fixture f;
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
        CHECK(done.of_cloud_init);
    }
}

TEST_CASE("names of runs that could lead elsewhere are refused") {
    recipe_fixture f;
    for (const std::string& bad : {std::string(), std::string(".."), std::string("a/b"), std::string("-x"),
                                   std::string("a b"), std::string("a'b"), std::string("$x"), std::string(101, 'a')})
        CHECK(run(f.loop, f.shell.run_recipe(f.vm.target(), order_of(bad, "exit 0", 5s), {})).error().failure ==
              shell_failure::broken);
    CHECK(!f.exists("var"));
}

TEST_CASE("a disk that takes nothing is named") {
    recipe_fixture f;
    f.vm.write("var", "a file where a folder should be");
    const auto result = run(f.loop, f.shell.run_recipe(f.vm.target(), order_of("r", "exit 0", 5s), {}));
    REQUIRE(!result);
    CHECK(result.error().failure == shell_failure::broken);
    CHECK_THAT(result.error().message, contains("disk full"));
}
