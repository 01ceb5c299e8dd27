// The small parts of the runtime: the lock, the wake-up, and what a new VM is told.
#include "engine/async/async_mutex.hpp"
#include "engine/async/keyed_mutex.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/runtime/cloud_config.hpp"
#include "engine/runtime/ownership.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

using namespace slipway;
using boost::asio::awaitable;
using boost::asio::detached;

namespace {

awaitable<void> enter(async_mutex& m, wakeup& leave, std::string& who, char me) {
    const auto held = co_await m.lock();
    who += me;
    co_await leave.wait();
    who += static_cast<char>(me - 'a' + 'A');
}

}  // namespace

TEST_CASE("a name is one's at a time, in the order in which they came, and other names do not wait for it") {
    boost::asio::io_context context;
    keyed_mutex m(context.get_executor());
    wakeup leave;
    std::string who;
    const auto enter_name = [](keyed_mutex& in, wakeup& until, std::string& seen, std::string name, char me) -> awaitable<void> {
        const auto held = co_await in.lock(std::move(name));
        seen += me;
        co_await until.wait();
    };
    for (const char me : {'a', 'b'}) boost::asio::co_spawn(context, enter_name(m, leave, who, "one", me), detached);
    boost::asio::co_spawn(context, enter_name(m, leave, who, "two", 'c'), detached);
    context.poll();
    CHECK(who == "ac");
    CHECK(m.is_held("one"));
    leave.notify_one();
    context.poll();
    CHECK(who == "acb");
    CHECK(m.is_held("one"));
    leave.notify_all();
    context.poll();
    CHECK_FALSE(m.is_held("one"));  // and nothing of it is kept
    CHECK_FALSE(m.is_held("two"));
}

TEST_CASE("whoever gives up waiting for a name leaves the others' order as it was") {
    boost::asio::io_context context;
    keyed_mutex m(context.get_executor());
    wakeup leave;
    std::string who;
    boost::asio::cancellation_signal give_up;
    const auto enter_name = [](keyed_mutex& in, wakeup& until, std::string& seen, char me) -> awaitable<void> {
        const auto held = co_await in.lock("one");
        seen += me;
        co_await until.wait();
    };
    boost::asio::co_spawn(context, enter_name(m, leave, who, 'a'), detached);
    boost::asio::co_spawn(context, enter_name(m, leave, who, 'b'), boost::asio::bind_cancellation_slot(give_up.slot(), detached));
    boost::asio::co_spawn(context, enter_name(m, leave, who, 'c'), detached);
    context.poll();
    give_up.emit(boost::asio::cancellation_type::terminal);
    context.poll();
    leave.notify_one();
    context.poll();
    CHECK(who == "ac");
    leave.notify_all();
    context.poll();
    CHECK_FALSE(m.is_held("one"));
}

TEST_CASE("whoever comes first gets the lock first, one at a time") {
    boost::asio::io_context context;
    async_mutex m(context.get_executor());
    wakeup leave;
    std::string who;
    for (const char me : {'a', 'b', 'c'}) boost::asio::co_spawn(context, enter(m, leave, who, me), detached);
    context.poll();
    CHECK(who == "a");
    for (const char* expected : {"aAb", "aAbBc", "aAbBcC"}) {
        leave.notify_all();
        context.restart();
        context.poll();
        CHECK(who == expected);
    }
}

TEST_CASE("whoever is cancelled while waiting for the lock leaves the queue and nobody stuck") {
    boost::asio::io_context context;
    async_mutex m(context.get_executor());
    wakeup leave;
    std::string who;
    boost::asio::cancellation_signal give_up;
    boost::asio::co_spawn(context, enter(m, leave, who, 'a'), detached);
    boost::asio::co_spawn(
        context, enter(m, leave, who, 'b'),
        boost::asio::bind_cancellation_slot(give_up.slot(), [&](std::exception_ptr e) { who += e ? "!" : "?"; }));
    boost::asio::co_spawn(context, enter(m, leave, who, 'c'), detached);
    context.poll();
    give_up.emit(boost::asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    CHECK(who == "a!");
    leave.notify_all();
    context.restart();
    context.poll();
    CHECK(who == "a!Ac");
    leave.notify_all();
    context.restart();
    context.poll();
    CHECK(who == "a!AcC");
}

TEST_CASE("a wake-up wakes all who wait, and cancelling one throws") {
    boost::asio::io_context context;
    wakeup changed;
    int woken = 0;
    int aborted = 0;
    boost::asio::cancellation_signal give_up;
    const auto count = [&](std::exception_ptr e) { ++(e ? aborted : woken); };
    changed.notify_all();  // nobody waits: it is not kept
    boost::asio::co_spawn(context, changed.wait(), count);
    boost::asio::co_spawn(context, changed.wait(), boost::asio::bind_cancellation_slot(give_up.slot(), count));
    context.poll();
    give_up.emit(boost::asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    CHECK(woken == 0);
    CHECK(aborted == 1);
    boost::asio::co_spawn(context, changed.wait(), count);
    context.restart();
    context.poll();
    changed.notify_all();
    context.restart();
    context.poll();
    CHECK(woken == 2);
}

TEST_CASE("one is woken at a time, the one that has waited longest first") {
    boost::asio::io_context context;
    wakeup freed;
    std::string woken;
    boost::asio::cancellation_signal give_up, too_late;
    const auto wait = [&](char me) { return [&woken, me](std::exception_ptr e) { woken += e ? '!' : me; }; };
    CHECK_FALSE(freed.notify_one());
    boost::asio::co_spawn(context, freed.wait(), boost::asio::bind_cancellation_slot(give_up.slot(), wait('a')));
    boost::asio::co_spawn(context, freed.wait(), boost::asio::bind_cancellation_slot(too_late.slot(), wait('b')));
    boost::asio::co_spawn(context, freed.wait(), wait('c'));
    context.poll();
    give_up.emit(boost::asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    CHECK(woken == "!");
    CHECK(freed.notify_one());
    too_late.emit(boost::asio::cancellation_type::terminal);  // what it was woken for would be lost
    context.restart();
    context.poll();
    CHECK(woken == "!b");
    CHECK(freed.notify_one());
    CHECK_FALSE(freed.notify_one());
    context.restart();
    context.poll();
    CHECK(woken == "!bc");
}

TEST_CASE("a wake-up and its loop may go in either order while somebody waits") {
    const auto wait = [](wakeup& changed, bool& woken) -> awaitable<void> {
        co_await changed.wait();
        woken = true;
    };
    auto changed = std::make_unique<wakeup>();
    auto context = std::make_unique<boost::asio::io_context>();
    bool woken = false;
    boost::asio::co_spawn(*context, wait(*changed, woken), detached);
    boost::asio::co_spawn(*context, wait(*changed, woken), detached);
    context->poll();
    SECTION("the loop first") {
        context.reset();
        CHECK_FALSE(changed->notify_one());
    }
    SECTION("the wake-up first") {
        changed.reset();
        context->restart();
        context->poll();
        context.reset();
    }
    CHECK_FALSE(woken);
}

TEST_CASE("a new VM is told its host key, our key and its application, in YAML that is JSON") {
    const ssh_key_pair host{"ssh-ed25519 AAAAhost", "-----BEGIN\nsecret: \"x\"\n-----END\n"};
    for (const std::string app : {"none", "coolify", "wireguard"}) {
        CHECK(is_app(app));
        const std::string text = cloud_config(host, "ssh-ed25519 AAAAoperator", app);
        CHECK(text.rfind("#cloud-config\n", 0) == 0);
        CHECK(text.size() < 32 * 1024);
        const auto config = nlohmann::json::parse(text.substr(text.find('\n')));
        CHECK(config.at("ssh_keys").at("ed25519_private") == host.private_pem);
        CHECK(config.at("ssh_keys").at("ed25519_public") == host.public_line);
        CHECK(config.at("ssh_authorized_keys") == nlohmann::json::array({"ssh-ed25519 AAAAoperator"}));
        CHECK(config.at("ssh_pwauth") == false);
        CHECK(config.at("disable_root") == false);
        CHECK(config.contains("runcmd") == (app != "none"));
        if (app == "coolify") {
            // A download that fails is cloud-init's failure: it ends the script, and no pipe hides it.
            CHECK(config.at("runcmd").front() == "set -e");
            CHECK(config.at("runcmd").dump().find("|") == std::string::npos);
        }
    }
    CHECK_FALSE(is_app("docker"));
}

TEST_CASE("only what carries all three labels is this VM's") {
    cloud_server s;
    const stream_id stream{"0193"};
    s.labels = server_labels({"here", stream, {}, {}, {}}, {{"team", "blue"}, {"managed-by", "me"}});
    CHECK(s.labels.at("team") == "blue");
    CHECK(is_ours(s, "here", stream));
    CHECK_FALSE(is_ours(s, "elsewhere", stream));
    CHECK_FALSE(is_ours(s, "here", stream_id{"0194"}));
    s.labels.erase("managed-by");
    CHECK_FALSE(is_ours(s, "here", stream));
}
