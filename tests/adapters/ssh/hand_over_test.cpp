#include "adapters/ssh/remote_scripts.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"
#include "engine/base/base64.hpp"
#include "tests/adapters/ssh/fixture.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>

#include <cstdlib>

using namespace slipway;
using namespace slipway::test;

namespace {

const std::string spare = "var/lib/slipway/host_keys/";

struct hand_over_fixture : ssh_fixture {
    hand_over_fixture() { vm.open(); }

    std::vector<std::string> prepare() {
        auto lines = run(loop, shell.prepare_host_keys(vm.target()));
        INFO((lines ? "" : lines.error().message));
        REQUIRE(lines.has_value());
        return *lines;
    }

    void hand_over(const std::vector<std::string>& prepared) {
        const auto done = run(loop, shell.hand_over(vm.target(), prepared, false));
        INFO((done ? "" : done.error().message) << "\n" << vm.log());
        REQUIRE(done.has_value());
        CHECK(done->host_keys == prepared);
        CHECK(done->operator_key_left.empty());
    }

    shell_failure failure_of(const std::vector<std::string>& prepared) {
        const auto done = run(loop, shell.hand_over(vm.target(), prepared, false));
        REQUIRE(!done);
        message = done.error().message;
        return done.error().failure;
    }

    // The operator's way in, believing only these keys.
    shell_result<void> log_in(const std::vector<std::string>& host_keys) {
        ssh_target target = vm.target();
        target.host_keys = host_keys;
        // wait_until_ready would try a denied login for ten seconds.
        const auto ran = run(loop, shell.run_recipe(target, order_of("log-in", "exit 0", 5s), {}));
        if (!ran) return ran.error();
        return {};
    }

    void run_here(const std::string& script) {
        vm.write("by-hand.sh", script);
        const std::string command =
            "SLIPWAY_VM_ROOT='" + vm.root().string() + "' sh '" + (vm.root() / "by-hand.sh").string() + "' >/dev/null";
        REQUIRE(std::system(command.c_str()) == 0);
    }

    unsigned mode_of(const std::string& path) const {
        struct stat about {};
        return ::stat((vm.root() / path).c_str(), &about) == 0 ? about.st_mode & 07777u : 0;
    }

    std::string operator_blob() const { return base64_encode(parse_public_key(operator_key.public_line)->blob); }
    std::string message;
};

}  // namespace

TEST_CASE("fresh host keys are made once and are not in use yet") {
    hand_over_fixture f;
    const auto lines = f.prepare();
    REQUIRE(lines.size() == 1);
    CHECK(parse_public_key(lines[0])->type == "ssh-ed25519");
    CHECK(lines[0] != f.host_key.public_line);
    CHECK(f.prepare() == lines);
    CHECK(f.mode_of(spare + "ssh_host_ed25519_key") == 0600);
    CHECK(f.wait().has_value());
    CHECK(f.vm.read("etc/ssh/ssh_host_ed25519_key") == f.host_key.private_pem);
}

TEST_CASE("each type that the VM has a host key of gets a fresh one") {
    hand_over_fixture f;
    f.run_here(
        "ssh-keygen -q -t rsa -b 2048 -N '' -f $SLIPWAY_VM_ROOT/etc/ssh/ssh_host_rsa_key\n"
        "ssh-keygen -q -t ecdsa -N '' -f $SLIPWAY_VM_ROOT/etc/ssh/ssh_host_ecdsa_key\n");
    const auto lines = f.prepare();
    REQUIRE(lines.size() == 3);
    f.hand_over(lines);
    for (const std::string type : {"ed25519", "rsa", "ecdsa"}) {
        const auto in_use = parse_public_key(f.vm.read("etc/ssh/ssh_host_" + type + "_key.pub"));
        REQUIRE(in_use.has_value());
        CHECK(std::count(lines.begin(), lines.end(), to_line(*in_use)) == 1);
    }
}

TEST_CASE("callers that prepare at the same time get the same keys") {
    hand_over_fixture f;
    std::vector<std::vector<std::string>> all;
    int ended = 0;
    for (int i = 0; i < 6; ++i)
        asio::co_spawn(f.loop, f.shell.prepare_host_keys(f.vm.target()),
                       [&](std::exception_ptr, shell_result<std::vector<std::string>> lines) {
                           ++ended;
                           if (lines) all.push_back(*lines);
                       });
    run_until(f.loop, [&] { return ended == 6; });
    REQUIRE(all.size() == 6);
    for (const auto& lines : all) CHECK(lines == all.front());
    const std::filesystem::directory_iterator entries(f.vm.root() / "var/lib/slipway");
    CHECK(std::distance(begin(entries), end(entries)) == 1);
}

TEST_CASE("a VM that was handed over shows the new key, refuses the operator and keeps everybody else") {
    hand_over_fixture f;
    const std::string buyer = make_key('b', "buyer").public_line;
    const std::string before = "# keys\r\n" + buyer + "\n\n" + f.operator_key.public_line + "\n# " +
                               f.operator_key.public_line + "\nfrom=\"10.0.0.0/8\" " + buyer + " again \xff\n";
    f.vm.set_authorized_keys(before);
    ::chmod((f.vm.root() / "root/.ssh/authorized_keys").c_str(), 0640);
    const auto prepared = f.prepare();
    f.hand_over(prepared);

    std::string expected = before;
    expected.erase(expected.find("\n" + f.operator_key.public_line) + 1, f.operator_key.public_line.size() + 1);
    CHECK(f.vm.read("root/.ssh/authorized_keys") == expected);
    CHECK(f.mode_of("root/.ssh/authorized_keys") == 0640);
    CHECK(f.mode_of("etc/ssh/ssh_host_ed25519_key") == 0600);
    CHECK(f.mode_of("etc/ssh/ssh_host_ed25519_key.pub") == 0644);
    CHECK(!f.vm.exists(spare + "ssh_host_ed25519_key"));  // no second copy of a private key stays
    const auto refused = f.log_in(prepared);
    REQUIRE(!refused);
    CHECK(refused.error().failure == shell_failure::denied);
    CHECK(refused.error().presented_key == prepared[0]);
    CHECK(f.log_in({f.host_key.public_line}).error().failure == shell_failure::wrong_host_key);

    SECTION("handing over again is success") {
        f.hand_over(prepared);
    }
    SECTION("the buyer gets in") {
        ssh::shell_options options;
        options.port = f.vm.port();
        options.user = own_user();
        ssh::shell buyers(f.loop.get_executor(), make_key('b').private_pem, options);
        ssh_target target = f.vm.target();
        target.host_keys = prepared;
        CHECK(run(f.loop, buyers.wait_until_ready(target, 10s)).has_value());
    }
}

TEST_CASE("the operator's line is found however it is written, and only that") {
    const std::string blob = base64_encode(parse_public_key(make_key('o').public_line)->blob);
    const std::string other = make_key('x', "other").public_line;
    const std::vector<std::pair<std::string, std::string>> files{
        {"ssh-ed25519 " + blob + "\n", ""},
        {"ssh-ed25519 " + blob, ""},
        {other + "\nssh-ed25519 " + blob, other + "\n"},
        {"ssh-ed25519 " + blob + " c\n" + other, other},
        {"ssh-ed25519 " + blob + "\r\n" + other + "\r\n", other + "\r\n"},
        {"no-pty,command=\"a b\" ssh-ed25519  " + blob + "\tx y\n", ""},
        {"  \tssh-ed25519\t" + blob + " c\n", ""},
        {"ssh-ed25519 " + blob + "\nssh-ed25519 " + blob + " twice\n" + other + "\n", other + "\n"},
        {"#ssh-ed25519 " + blob + "\n", "#ssh-ed25519 " + blob + "\n"},
        {"ssh-ed25519 " + blob + "AAAA x\n", "ssh-ed25519 " + blob + "AAAA x\n"},
        {other + "\n\n\n", other + "\n\n\n"},
        {"", ""},
    };
    hand_over_fixture f;
    for (const auto& [before, after_it] : files) {
        f.vm.set_authorized_keys(before);
        f.run_here(ssh::forget_operator_script(blob));
        CHECK(f.vm.read("root/.ssh/authorized_keys") == after_it);
    }
    std::filesystem::remove(f.vm.root() / "root/.ssh/authorized_keys");
    f.run_here(ssh::forget_operator_script(blob));
    CHECK(!f.vm.exists("root/.ssh/authorized_keys"));
    const std::filesystem::directory_iterator entries(f.vm.root() / "root/.ssh");
    CHECK(std::distance(begin(entries), end(entries)) == 0);
}

TEST_CASE("a hand-over that was cut off anywhere is completed by the next") {
    hand_over_fixture f;
    const auto prepared = f.prepare();
    SECTION("behind the installation of the keys") {
        f.run_here(ssh::install_host_keys_script(prepared));
    }
    SECTION("between the two halves of a key") {
        std::filesystem::copy_file(f.vm.root() / (spare + "ssh_host_ed25519_key"),
                                   f.vm.root() / "etc/ssh/ssh_host_ed25519_key",
                                   std::filesystem::copy_options::overwrite_existing);
    }
    SECTION("behind a copy that is not complete") {
        f.vm.write("etc/ssh/ssh_host_ed25519_key.new", "half");
    }
    SECTION("before the operator's line went, behind the removal of the spare keys") {
        f.run_here(ssh::install_host_keys_script(prepared));
        std::filesystem::remove(f.vm.root() / (spare + "ssh_host_ed25519_key"));
    }
    SECTION("with the operator's line gone") {
        f.run_here(ssh::install_host_keys_script(prepared));
        f.run_here(ssh::forget_operator_script(f.operator_blob()));
    }
    // Preparing again, where that is still possible, changes nothing.
    if (!f.vm.read("root/.ssh/authorized_keys").empty()) {
        ssh_target target;
        target.address = "127.0.0.1";
        target.host_keys = {f.host_key.public_line, prepared[0]};
        const auto again = run(f.loop, f.shell.prepare_host_keys(target));
        REQUIRE(again.has_value());
        CHECK(*again == prepared);
    }
    f.hand_over(prepared);
    CHECK(f.log_in(prepared).error().failure == shell_failure::denied);
    CHECK(f.vm.read("root/.ssh/authorized_keys").empty());
    CHECK(to_line(*parse_public_key(f.vm.read("etc/ssh/ssh_host_ed25519_key.pub"))) == prepared[0]);
    CHECK(!f.vm.exists("etc/ssh/ssh_host_ed25519_key.new"));
    f.hand_over(prepared);
}

// A script whose session was cut off goes on beside its next try; and so does a copy of the log beside its original.
TEST_CASE("keys that many install at the same time are installed") {
    hand_over_fixture f;
    const auto prepared = f.prepare();
    f.vm.write("install.sh", ssh::install_host_keys_script(prepared));
    f.run_here(
        "all=\n"
        "for i in 1 2 3 4 5 6 7 8 9 10; do sh \"$SLIPWAY_VM_ROOT/install.sh\" & all=\"$all $!\"; done\n"
        "for one in $all; do wait \"$one\" || exit 1; done\n");
    f.hand_over(prepared);
}

TEST_CASE("what cannot be handed over keeps the operator's key and says why") {
    hand_over_fixture f;
    SECTION("nothing was prepared") {
        CHECK(f.failure_of({make_key('p').public_line}) == shell_failure::broken);
        CHECK_THAT(f.message, contains("no host keys have been prepared"));
    }
    SECTION("other keys were recorded than the VM has") {
        f.prepare();
        CHECK(f.failure_of({make_key('p').public_line}) == shell_failure::broken);
        CHECK_THAT(f.message, contains("not the ones that were recorded"));
    }
    SECTION("the prepared key is damaged") {
        const auto prepared = f.prepare();
        f.vm.write(spare + "ssh_host_ed25519_key", "damaged");
        CHECK(f.failure_of(prepared) == shell_failure::broken);
        CHECK_THAT(f.message, contains("damaged"));
    }
    SECTION("the list is empty, or holds no keys") {
        CHECK(f.failure_of({}) == shell_failure::broken);
        CHECK(f.failure_of({"'; rm -rf /; '"}) == shell_failure::broken);
    }
    CHECK(f.vm.read("etc/ssh/ssh_host_ed25519_key") == f.host_key.private_pem);
    CHECK(f.log_in({f.host_key.public_line}).has_value());
}

TEST_CASE("the first key's host that refuses the operator was not handed over") {
    hand_over_fixture f;
    f.vm.set_authorized_keys("");
    CHECK(f.failure_of({make_key('p').public_line}) == shell_failure::denied);
}

TEST_CASE("an sshd that listens itself is told to read its new keys") {
    hand_over_fixture f;
    f.vm.close();
    f.vm.run_as_daemon();
    REQUIRE(f.wait().has_value());
    const auto prepared = f.prepare();
    const auto begun = std::chrono::steady_clock::now();
    f.hand_over(prepared);
    INFO("ms: " << milliseconds_since(begun));
    CHECK(milliseconds_since(begun) < 5000);
    CHECK(f.log_in(prepared).error().failure == shell_failure::denied);
    f.hand_over(prepared);
}

TEST_CASE("an sshd that goes on showing its old key keeps the operator's way in") {
    hand_over_fixture f;
    // As where somebody's sshd_config takes its keys from elsewhere.
    std::filesystem::rename(f.vm.root() / "etc/ssh/ssh_host_ed25519_key", f.vm.root() / "elsewhere");
    std::string config = f.vm.read("sshd_config");
    const std::string usual = "etc/ssh/ssh_host_ed25519_key";
    config.replace(config.find(usual), usual.size(), "elsewhere");
    f.vm.write("sshd_config", config);
    const auto prepared = f.prepare();
    CHECK(f.failure_of(prepared) == shell_failure::broken);
    CHECK_THAT(f.message, contains("still shows the old one"));
    CHECK(f.log_in({f.host_key.public_line}).has_value());
    CHECK(f.vm.exists(spare + "ssh_host_ed25519_key"));
}
