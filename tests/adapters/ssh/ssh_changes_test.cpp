// Recipes that end with 0 and change SSH on the way: who was in finishes the work, and who comes later says what is left.
#include "tests/adapters/ssh/recipe_fixture.hpp"
#include "engine/model/public_key.hpp"

#include <sys/mount.h>

#include <unistd.h>

using namespace slipway;
using namespace slipway::test;

namespace {

const std::string config = "\"$SLIPWAY_VM_ROOT/sshd_config\"";

// Before the first setting of the file, since the first one counts.
std::string with_setting(const std::string& line) {
    return "{ echo '" + line + "'; cat " + config + "; } >" + config + ".new && mv " + config + ".new " + config + "\n";
}

// As root's .bashrc would: printed at every login, before what is asked for.
const std::string greeting =
    with_setting("ForceCommand printf Welcome; printf Hello >&2; eval \"$SSH_ORIGINAL_COMMAND\"");

struct change {
    std::string name;
    std::string recipe;
};

const std::vector<change> changes{
    {"PermitRootLogin no", with_setting("PermitRootLogin no") + with_setting("DenyUsers *")},
    {"AllowUsers", with_setting("AllowUsers deploy")},
    {"its own authorized_keys", "echo '" + make_key('b').public_line + "' >\"$SLIPWAY_VM_ROOT/root/.ssh/authorized_keys\"\n"},
    {"a ForceCommand", with_setting("ForceCommand echo this is not a shell")},
    {"a ForceCommand that is silent", with_setting("ForceCommand true")},
    {"a ForceCommand for files", with_setting("ForceCommand internal-sftp")},
    {"no shell", with_setting("ForceCommand echo This account is currently not available.; exit 1")},
    {"a greeting", greeting},
};

struct changing_fixture : recipe_fixture {
    using recipe_fixture::recipe_fixture;

    std::vector<std::string> prepared = prepare();
    ssh::shell later = restarted();

    std::vector<std::string> prepare() {
        auto lines = run(loop, shell.prepare_host_keys(vm.target()));
        INFO((lines ? "" : lines.error().message));
        REQUIRE(lines.has_value());
        return *lines;
    }
    // A daemon that was started again: it has no open session.
    ssh::shell restarted() {
        ssh::shell_options options;
        options.port = vm.port();
        options.user = own_user();
        options.grace = 500ms;
        return ssh::shell(loop.get_executor(), operator_key.private_pem, options);
    }
    recipe_order order(const std::string& script, std::chrono::milliseconds deadline = 20s) const {
        recipe_order made = order_of("r", script, deadline);
        made.prepared = prepared;
        return made;
    }
    ssh_target target() const {
        ssh_target all = vm.target();
        all.host_keys.insert(all.host_keys.end(), prepared.begin(), prepared.end());
        return all;
    }
    shell_result<recipe_output> run_by(ssh::shell& by, const recipe_order& what) {
        streamed.clear();
        return run(loop, by.run_recipe(target(), what, [this](std::string_view piece) { streamed += piece; }));
    }
    recipe_output run_well(const std::string& script) {
        const auto done = run_by(shell, order(script));
        INFO((done ? "" : done.error().message) << "\n" << vm.log());
        REQUIRE(done.has_value());
        CHECK(done->exit_code == 0);
        return *done;
    }
    shell_result<handed_over> hand_over_by(ssh::shell& by, bool changed = true) {
        return run(loop, by.hand_over(target(), prepared, changed));
    }
    bool has_operator() const {
        return vm.read("root/.ssh/authorized_keys").find(operator_key.public_line.substr(0, 60)) != std::string::npos;
    }
    std::string shown() const { return to_line(*parse_public_key(vm.read("etc/ssh/ssh_host_ed25519_key.pub"))); }
};

}  // namespace

TEST_CASE("a recipe that changes SSH and ends with 0 is handed over in the session that was open") {
    for (const change& one : changes) {
        INFO(one.name);
        changing_fixture f;
        f.run_well(one.recipe + "echo done\n");
        CHECK(f.streamed == "done\n");
        const auto done = f.hand_over_by(f.shell);
        INFO((done ? "" : done.error().message));
        REQUIRE(done.has_value());
        CHECK(done->host_keys == f.prepared);
        CHECK(done->operator_key_left.empty());
        CHECK(!f.has_operator());
        CHECK(f.shown() == f.prepared[0]);
        CHECK(!f.exists("var/lib/slipway/host_keys/ssh_host_ed25519_key"));
    }
}

TEST_CASE("the host keys are in use before the recipe begins") {
    changing_fixture f;
    f.run_well("cat \"$SLIPWAY_VM_ROOT/etc/ssh/ssh_host_ed25519_key.pub\"\n");
    CHECK(to_line(*parse_public_key(f.streamed)) == f.prepared[0]);
    SECTION("and a recipe that was found running keeps those it has") {
        changing_fixture g;
        const auto call = g.start(g.shell, "r", wait_for_go);
        run_until(g.loop, [&] { return g.exists("var/lib/slipway/recipes/r/begun"); });
        g.vm.write("go", "");
        run_until(g.loop, [&] { return call->ended; });
        const auto found = g.run_by(g.later, g.order(wait_for_go));
        REQUIRE(found.has_value());
        CHECK(found->found_running);
        CHECK(g.shown() != g.prepared[0]);
        REQUIRE(g.hand_over_by(g.later).has_value());
        CHECK(g.shown() == g.prepared[0]);
    }
}

TEST_CASE("behind a recipe that closed its port the hand-over is done in the open session") {
    changing_fixture f;
    f.run_well("true");
    f.vm.close();
    const auto done = f.hand_over_by(f.shell);
    REQUIRE(done.has_value());
    CHECK(!f.has_operator());
}

TEST_CASE("a recipe that makes host keys of its own: those are what the VM shows") {
    changing_fixture f;
    const ssh_key_pair own = make_key('w', "own");
    f.run_well("cat >\"$SLIPWAY_VM_ROOT/etc/ssh/ssh_host_ed25519_key.pub\" <<'.'\n" + own.public_line + "\n.\n");
    const auto done = f.hand_over_by(f.shell);
    REQUIRE(done.has_value());
    CHECK(done->host_keys == std::vector<std::string>{to_line(*parse_public_key(own.public_line))});
}

TEST_CASE("who comes after a change and is refused by the right host: handed over, but for the operator's key") {
    for (const change& one : {changes[0], changes[1]}) {
        INFO(one.name);
        changing_fixture f;
        f.run_well(one.recipe);
        const auto done = f.hand_over_by(f.later);
        REQUIRE(done.has_value());
        CHECK(done->host_keys == f.prepared);
        CHECK_THAT(done->operator_key_left, contains("refuses the operator's key"));
        CHECK(f.has_operator());
        // An attempt that may have taken it off has done so.
        CHECK(f.hand_over_by(f.later, false)->operator_key_left.empty());
    }
}

TEST_CASE("who comes after a change and meets no shell is told what the VM says, never a success") {
    for (const std::size_t i : {3u, 4u, 5u, 6u}) {
        INFO(changes[i].name);
        changing_fixture f;
        f.run_well(changes[i].recipe);
        const auto done = f.hand_over_by(f.later);
        REQUIRE(!done.has_value());
        CHECK(done.error().failure == shell_failure::broken);
        CHECK(f.has_operator());
        if (i == 3) CHECK_THAT(done.error().message, contains("this is not a shell"));
        if (i == 6) CHECK_THAT(done.error().message, contains("not available"));
    }
}

TEST_CASE("a greeting at the login is neither a key nor a recipe's output") {
    changing_fixture f;
    f.run_well(greeting + "echo mine\n");
    const auto again = f.run_by(f.later, f.order("echo mine\n"));
    REQUIRE(again.has_value());
    CHECK(f.streamed == "mine\n");
    CHECK(again->found_running);
    CHECK(run(f.loop, f.later.prepare_host_keys(f.target())).value() == f.prepared);
    const auto done = f.hand_over_by(f.later);
    REQUIRE(done.has_value());
    CHECK(!f.has_operator());
}

TEST_CASE("a session that breaks behind a change: it is tried until the recipe's time is over, and said to have begun") {
    for (const std::size_t i : {0u, 3u}) {
        INFO(changes[i].name);
        changing_fixture f;
        const auto begun = std::chrono::steady_clock::now();
        const auto call = std::make_shared<running_call>();
        asio::co_spawn(f.loop, f.later.run_recipe(f.target(), f.order(changes[i].recipe + wait_for_go, 2s), {}),
                       [call](std::exception_ptr, shell_result<recipe_output> result) {
                           call->result.emplace(std::move(result));
                           call->ended = true;
                       });
        const std::string setting = i == 0 ? "DenyUsers" : "ForceCommand";
        run_until(f.loop, [&] { return f.vm.read("sshd_config").find(setting) != std::string::npos; });
        f.vm.write("go", "");
        f.vm.cut();
        run_until(f.loop, [&] { return call->ended; });
        REQUIRE(!*call->result);
        CHECK(call->result->error().begun);
        CHECK(milliseconds_since(begun) > 2400);
        // Whoever takes it up waits as long, since it may still be running; and is let in where that ends.
        recipe_order again = f.order("true", 2s);
        again.in_doubt = true;
        const auto later = f.run_by(f.later, again);
        REQUIRE(!later);
        CHECK(!later.error().begun);
        std::string text = f.vm.read("sshd_config");
        f.vm.write("sshd_config", text.substr(text.find("ListenAddress")));
        const auto found = f.run_by(f.later, again);
        REQUIRE(found.has_value());
        CHECK(found->exit_code == 0);
        CHECK(found->found_running);
    }
}

TEST_CASE("a host that refuses before anything has begun has begun nothing") {
    changing_fixture f;
    f.vm.set_authorized_keys("");
    const auto done = f.run_by(f.later, f.order("true"));
    REQUIRE(!done);
    CHECK(done.error().failure == shell_failure::denied);
    CHECK(!done.error().begun);
}

TEST_CASE("an app's VM is done when cloud-init is, and fails in cloud-init's words") {
    changing_fixture f;
    const auto is = [&](const std::string& status, int code) {
        f.vm.write("usr/bin/cloud-init",
                   "#!/bin/sh\ncase $* in *--long*) echo 'status: " + status +
                       "'; echo \"detail: ('scripts_user', RuntimeError('no'))\";; esac\nexit " + std::to_string(code) + "\n",
                   0755);
    };
    recipe_order order = f.order(count_run);
    order.needs_cloud_init = true;
    SECTION("done") {
        is("done", 0);
        CHECK(f.run_by(f.shell, order)->exit_code == 0);
        CHECK(f.runs() == 1);
    }
    SECTION("done, with complaints") {
        is("done", 2);
        CHECK(f.run_by(f.shell, order)->exit_code == 0);
        CHECK(f.runs() == 1);
    }
    SECTION("an error") {
        is("error", 1);
        const auto done = f.run_by(f.shell, order);
        CHECK(done->exit_code == 1);
        CHECK(done->of_cloud_init);
        CHECK_THAT(done->tail, contains("status: error") && contains("RuntimeError"));
        CHECK(f.runs() == 0);
        const auto again = f.run_by(f.later, order);
        CHECK(again->of_cloud_init);
        CHECK(again->exit_code == 1);
    }
    SECTION("an error, and nothing to run") {
        is("error", 1);
        order.script.clear();
        CHECK(f.run_by(f.shell, order)->of_cloud_init);
    }
    SECTION("nothing to run") {
        is("done", 0);
        order.script.clear();
        const auto done = f.run_by(f.shell, order);
        CHECK(done->exit_code == 0);
        CHECK(!done->of_cloud_init);
    }
    SECTION("too long") {
        f.vm.write("usr/bin/cloud-init", "#!/bin/sh\ncase $* in *--wait*) exec sleep 300;; esac\necho 'status: running'\n",
                   0755);
        order.deadline = 600ms;
        const auto done = f.run_by(f.shell, order);
        CHECK(done->timed_out);
        CHECK(done->of_cloud_init);
        CHECK_THAT(done->tail, contains("status: running"));
    }
    SECTION("no cloud-init at all") {
        const auto done = f.run_by(f.shell, order);
        CHECK(done->of_cloud_init);
        CHECK(done->exit_code == 127);
    }
}

TEST_CASE("a recipe that fills the disk and ends with 0 is handed over") {
    const std::filesystem::path small = std::filesystem::temp_directory_path() / "slipway-small-disk";
    std::filesystem::create_directories(small);
    if (::mount("none", small.c_str(), "tmpfs", 0, "size=4m") != 0) {
        WARN("not tested: this machine does not allow to mount a disk");
        return;
    }
    {
        changing_fixture f(small);
        f.run_well("cat /dev/zero >\"$SLIPWAY_VM_ROOT/filler\"; echo full; exit 0\n");
        for (ssh::shell* by : {&f.shell, &f.later}) {
            const auto done = f.hand_over_by(*by);
            INFO((done ? "" : done.error().message));
            REQUIRE(done.has_value());
            CHECK(!f.has_operator());
        }
    }
    ::umount2(small.c_str(), MNT_DETACH);
    std::filesystem::remove_all(small);
}
