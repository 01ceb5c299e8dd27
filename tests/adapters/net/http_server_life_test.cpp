// The HTTP server over real sockets: streams, what it listens on, and its end.
#include "tests/adapters/net/answers.hpp"
#include "tests/adapters/net/raw_client.hpp"
#include "tests/adapters/net/running_server.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct streaming {
    std::atomic<int> ended{0};
    std::atomic<bool> good{true};
    std::size_t piece = 10;
    int pieces = 3;

    awaitable_reply operator()(const net::http_request&, net::http_caller) {
        net::http_reply reply;
        reply.stream = [this](net::body_writer& to) { return produce(to); };
        co_return reply;
    }
    asio::awaitable<void> produce(net::body_writer& to) {
        struct leaving {
            std::atomic<int>& count;
            ~leaving() { ++count; }
        } guard{ended};
        for (int i = 0; i < pieces; ++i) {
            const std::string text(piece, static_cast<char>('a' + i % 26));
            good = co_await to.write(text);
            if (!good) co_return;
        }
        if (pieces == 0) co_await wait(1h);
    }
    bool ends() {
        return comes_true([this] { return ended > 0; });
    }
};

net::request_handler by(streaming& how) {
    return [&how](const net::http_request& request, net::http_caller caller) { return how(request, caller); };
}

}  // namespace

TEST_CASE("a stream comes in chunks and the connection ends with it") {
    streaming how;
    running_server server(by(how));
    raw_client client(server.tcp);
    client.send(http_text("GET", "/"));
    const auto got = client.answer();
    CHECK(got.headers.at("transfer-encoding") == "chunked");
    CHECK(got.body == "aaaaaaaaaabbbbbbbbbbcccccccccc");
    CHECK(client.closed());
    raw_client old(server.tcp);
    old.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(old.until("cccccccccc").ends_with("\r\n\r\naaaaaaaaaabbbbbbbbbbcccccccccc"));
    CHECK(old.closed());
    raw_client head(server.tcp);
    head.send(http_text("HEAD", "/"));
    CHECK(head.answer(true).status == 200);
    CHECK(head.closed());
}

TEST_CASE("a stream ends when its client goes, does not read, or the server stops") {
    streaming how;
    how.pieces = 0;
    SECTION("goes") {
        running_server server(by(how), quick());
        {
            raw_client client(server.tcp);
            client.send(http_text("GET", "/"));
            CHECK(client.answer(true).status == 200);
            CHECK(how.ended == 0);
        }
        CHECK(how.ends());
        CHECK(server.comes_to(0));
    }
    SECTION("does not read") {
        how.pieces = 1000;
        how.piece = 1u << 20;
        running_server server(by(how), quick());
        raw_client client(server.tcp);
        client.shrink_buffer();
        client.send(http_text("GET", "/"));
        CHECK(how.ends());
        CHECK_FALSE(how.good);
        CHECK(server.comes_to(0));
    }
    SECTION("stops") {
        running_server server(by(how));
        raw_client client(server.tcp);
        client.send(http_text("GET", "/"));
        CHECK(client.answer(true).status == 200);
        server.stop(20s).get();
        CHECK(how.ended == 1);
    }
}

TEST_CASE("stopping lets what is in hand finish, for so long") {
    std::atomic<bool> in_hand{false};
    std::atomic<bool> let_go{false};
    running_server server([&](const net::http_request& request, net::http_caller caller) -> awaitable_reply {
        in_hand = true;
        while (!let_go) co_await wait(5ms);
        co_return co_await echo(request, caller);
    });
    raw_client idle(server.tcp);
    raw_client client(server.tcp);
    client.send(http_text("GET", "/"));
    REQUIRE(comes_true([&] { return in_hand.load(); }));
    SECTION("it finishes") {
        auto stopped = server.stop(20s);
        CHECK(idle.closed());
        let_go = true;
        const auto got = client.answer();
        CHECK(got.status == 200);
        CHECK(got.headers.at("connection") == "close");
        CHECK(client.closed());
        stopped.get();
    }
    SECTION("it does not") {
        server.stop(50ms).get();
        CHECK(client.answer().status == 0);
    }
    CHECK(server.connections() == 0);
    CHECK_THROWS(raw_client(server.tcp));
    CHECK_FALSE(std::filesystem::exists(server.unix_socket.path));
}

TEST_CASE("a unix socket's file: its mode, one that was left behind, one in use, another file") {
    directory scratch;
    asio::io_context loop;
    const auto where = *net::parse_listen_address("unix:" + (scratch / "s"));
    auto first = std::make_unique<net::http_server>(loop.get_executor(), echo);
    REQUIRE(first->listen(where));
    struct stat there {};
    REQUIRE(::stat(where.path.c_str(), &there) == 0);
    CHECK((there.st_mode & 0777) == 0660);

    net::http_server second(loop.get_executor(), echo);
    const auto refused = second.listen(where);
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == error_kind::configuration);
    CHECK(refused.error().message.find("another process") != std::string::npos);

    // As after a crash: the file is there, and nobody listens.
    std::filesystem::create_hard_link(where.path, scratch / "kept");
    first.reset();
    CHECK_FALSE(std::filesystem::exists(where.path));
    std::filesystem::rename(scratch / "kept", where.path);
    CHECK(second.listen(where));

    std::ofstream(scratch / "file") << "precious";
    const auto file = *net::parse_listen_address("unix:" + (scratch / "file"));
    CHECK(second.listen(file).has_error());
    CHECK(std::filesystem::file_size(scratch / "file") == 8);
    CHECK(second.listen(*net::parse_listen_address("unix:" + (scratch / "no/such/directory"))).has_error());
    loop.poll();
}

TEST_CASE("a server may go while its loop stands still and connections are open") {
    directory scratch;
    asio::io_context loop;
    auto server = std::make_unique<net::http_server>(loop.get_executor(), echo);
    const auto where = *net::parse_listen_address("unix:" + (scratch / "s"));
    REQUIRE(server->listen(where));
    raw_client client(where);
    for (int i = 0; i < 2000 && server->connections() == 0; ++i) loop.run_one_for(10ms);
    REQUIRE(server->connections() == 1);
    server.reset();
    while (loop.run_one_for(10ms) > 0) {
    }
    CHECK(client.closed());
}

TEST_CASE("a port in use is refused") {
    running_server server(echo);
    asio::io_context loop;
    net::http_server other(loop.get_executor(), echo);
    const auto refused = other.listen(server.tcp);
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == error_kind::configuration);
}

TEST_CASE("what can be listened on") {
    CHECK(net::parse_listen_address("unix:/run/x")->path == "/run/x");
    CHECK(net::parse_listen_address("localhost:80")->host == "127.0.0.1");
    CHECK(net::parse_listen_address("[::1]:8080")->text() == "[::1]:8080");
    CHECK_FALSE(net::parse_listen_address("127.0.0.9:80")->leaves_the_machine());
    CHECK(net::parse_listen_address("0.0.0.0:80")->leaves_the_machine());
    CHECK(net::parse_listen_address("[::]:80")->leaves_the_machine());
    CHECK_FALSE(net::parse_listen_address("unix:/x")->leaves_the_machine());
    for (const char* bad : {"", "unix:", "80", "host:80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
                            "127.0.0.1:80x", "127.0.0.1:-1", "[::1]", "[127.0.0.1:80"}) {
        INFO(bad);
        CHECK(net::parse_listen_address(bad).has_error());
    }
    CHECK(net::parse_listen_address("unix:/" + std::string(200, 'a')).has_error());
}
