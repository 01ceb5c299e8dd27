#include "adapters/ssh/attempt_pace.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace std::chrono_literals;

TEST_CASE("a VM that does not answer yet is tried ten times a second, and less and less often") {
    ssh::attempt_pace pace;
    CHECK(pace.after(shell_failure::unreachable, false, 0s, 1) == 100ms);
    CHECK(pace.after(shell_failure::unreachable, false, 2s, 1) == 100ms);
    CHECK(pace.after(shell_failure::unreachable, false, 20s, 1) == 1s);
    CHECK(pace.after(shell_failure::unreachable, false, 10min, 1) == 2s);
}

TEST_CASE("however many are waited for, there are a thousand attempts a second at most") {
    for (const std::size_t waiting : {100u, 1'000u, 10'000u}) {
        ssh::attempt_pace pace;
        const auto pause = pace.after(shell_failure::unreachable, false, 0s, waiting);
        CHECK(waiting * 1s <= 1000 * pause);
    }
}

TEST_CASE("connections that sshd has seen are spread further, and more so where it refuses the key") {
    ssh::attempt_pace pace;
    CHECK(pace.after(shell_failure::unreachable, true, 0s, 10'000) == 100ms);
    CHECK(pace.after(shell_failure::wrong_host_key, true, 0s, 1) == 200ms);
    for (int i = 0; i < 5; ++i) (void)pace.after(shell_failure::unreachable, true, 0s, 1);
    CHECK(pace.after(shell_failure::unreachable, true, 0s, 1) == 1s);
    CHECK(pace.after(shell_failure::denied, true, 0s, 1) == 1s);
    CHECK(pace.after(shell_failure::denied, true, 0s, 1) == 2s);
}
