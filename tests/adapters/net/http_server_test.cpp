// The HTTP server over real sockets: what it answers itself, its limits, and its deadlines.
#include "adapters/net/http_request_reader.hpp"
#include "tests/adapters/net/answers.hpp"
#include "tests/adapters/net/raw_client.hpp"
#include "tests/adapters/net/running_server.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

struct bad_case {
    const char* what;
    std::string bytes;
    int status;
};

std::string with_zero(std::string text, char mark) {
    std::replace(text.begin(), text.end(), mark, '\0');
    return text;
}

std::vector<bad_case> bad_cases() {
    const std::string host = "Host: x\r\n";
    return {
        {"garbage", "hello\r\n\r\n", 400},
        {"a TLS handshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
        {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"HTTP/3.7", "GET / HTTP/3.7\r\n" + host + "\r\n", 505},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
        {"line feeds alone", "GET / HTTP/1.1\nHost: x\n\n", 400},
        {"a lonely carriage return", "GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n", 400},
        {"a zero byte in a header", with_zero("GET / HTTP/1.1\r\nHost: x\r\nA: b#c\r\n\r\n", '#'), 400},
        {"a zero byte in the target", with_zero("GET /# HTTP/1.1\r\nHost: x\r\n\r\n", '#'), 400},
        {"a folded header", "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n", 400},
        {"a folded first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
        {"a blank before a colon", "GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n", 400},
        {"a header without a name", "GET / HTTP/1.1\r\n" + host + ": b\r\n\r\n", 400},
        {"a header without a colon", "GET / HTTP/1.1\r\n" + host + "abc\r\n\r\n", 400},
        {"a method that is no word", "G@T / HTTP/1.1\r\n" + host + "\r\n", 400},
        {"no target", "GET  HTTP/1.1\r\n" + host + "\r\n", 400},
        {"a blank in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", 505},
        {"an absolute target", "GET http://x/ HTTP/1.1\r\n" + host + "\r\n", 400},
        {"CONNECT", "CONNECT x:443 HTTP/1.1\r\n" + host + "\r\n", 400},
        {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 400},
        {"a length that is no number", "POST / HTTP/1.1\r\n" + host + "Content-Length: ten\r\n\r\n", 400},
        {"a negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
        {"a length with a sign", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\n", 400},
        {"an empty length", "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", 400},
        {"a length beyond 64 bits", "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n",
         400},
        {"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"the same length twice", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
         400},
        {"a list of lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na", 400},
        {"a length and chunks",
         "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"chunks and a length",
         "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
        {"gzip", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
        {"gzip, chunked", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"a chunk's size that is none", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
         400},
        {"a chunk that is longer than it says",
         "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
        {"a chunk beyond the limit", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n",
         413},
        {"a body beyond the limit", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1048577\r\n\r\n", 413},
        {"an odd expectation", "POST / HTTP/1.1\r\n" + host + "Expect: miracles\r\nContent-Length: 1\r\n\r\n", 417},
        {"a head without an end", "GET / HTTP/1.1\r\n" + host + "A: " + std::string(20'000, 'a'), 431},
        {"many headers",
         "GET / HTTP/1.1\r\n" + host +
             [] {
                 std::string all;
                 for (int i = 0; i < 3000; ++i) all += "A: b\r\n";
                 return all;
             }() +
             "\r\n",
         431},
    };
}

}  // namespace

TEST_CASE("the server answers over TCP and over a unix socket, and keeps connections") {
    running_server server(echo);
    raw_client tcp(server.tcp);
    for (int i = 0; i < 3; ++i) {
        tcp.send(http_text("POST", "/a?b=c", "body"));
        const auto got = tcp.answer();
        CHECK(got.status == 200);
        CHECK(got.body == "POST /a?b=c tcp body");
        CHECK(got.headers.at("content-type") == "text/plain");
        CHECK(got.headers.at("date").ends_with(" GMT"));
    }
    raw_client local(server.unix_socket);
    local.send(http_text("GET", "/"));
    CHECK(local.answer().body == "GET / unix ");
    local.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(local.answer().headers.at("connection") == "close");
    CHECK(local.closed());
}

TEST_CASE("requests may come in any pieces, one behind the other, and in chunks") {
    running_server server(echo);
    raw_client client(server.tcp);
    const std::string all = "\r\n" + http_text("POST", "/1", "one") + http_text("GET", "/2") +
                            "PUT /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
                            "PUT /4 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    SECTION("at once") {
        client.send(all);
    }
    SECTION("byte by byte") {
        for (const char c : all) client.send(std::string_view(&c, 1));
    }
    CHECK(client.answer().body == "POST /1 tcp one");
    CHECK(client.answer().body == "GET /2 tcp ");
    CHECK(client.answer().body == "PUT /3 tcp abcde");
    CHECK(client.answer().body == "PUT /4 tcp ");
}

// A body of no bytes, its last chunk cut where a reader that takes it for known would look behind it.
TEST_CASE("a request in chunks may be cut anywhere") {
    const std::string all = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (std::size_t first = 1; first < all.size(); ++first)
        for (std::size_t second = first; second < all.size(); ++second) {
            net::request_reader reader{net::server_limits{}};
            std::string pending;
            auto state = net::request_reader::progress::more;
            for (const std::string& piece :
                 {all.substr(0, first), all.substr(first, second - first), all.substr(second)}) {
                pending += piece;
                std::string_view rest = pending;
                state = reader.feed(rest);
                pending.erase(0, pending.size() - rest.size());
            }
            CHECK(state == net::request_reader::progress::done);
        }
}

TEST_CASE("a HEAD gets the head alone, and 100 Continue comes before the body") {
    running_server server(echo);
    raw_client client(server.tcp);
    client.send(http_text("HEAD", "/x"));
    const auto head = client.answer(true);
    CHECK(head.headers.at("content-length") == "12");
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(client.answer().status == 100);
    client.send("ab");
    CHECK(client.answer().body == "POST / tcp ab");
}

TEST_CASE("HTTP/1.0 is answered and closed") {
    running_server server(echo);
    raw_client client(server.tcp);
    client.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(client.answer().status == 200);
    CHECK(client.closed());
}

TEST_CASE("what is no HTTP gets a problem document and never reaches the function") {
    std::atomic<int> reached{0};
    running_server server([&](const net::http_request& request, net::http_caller caller) {
        ++reached;
        return echo(request, caller);
    });
    for (const auto& bad : bad_cases()) {
        INFO(bad.what);
        raw_client client(server.tcp);
        client.send(bad.bytes);
        const auto got = client.answer();
        CHECK(got.status == bad.status);
        CHECK(got.headers.at("content-type") == "application/problem+json");
        CHECK(got.headers.at("connection") == "close");
        const auto problem = nlohmann::json::parse(got.body, nullptr, false);
        REQUIRE(problem.is_object());
        CHECK(problem["status"] == bad.status);
        CHECK(problem["type"].get<std::string>().starts_with("urn:slipway:problem:"));
        client.no_more();
        CHECK(client.closed());
    }
    CHECK(reached == 0);
    raw_client client(server.tcp);
    client.send(http_text("GET", "/"));
    CHECK(client.answer().status == 200);
}

TEST_CASE("a body and a head of exactly the limit are taken, one byte more is not") {
    net::server_limits limits;
    limits.head = 100;
    limits.body = 1000;
    running_server server(echo, limits);
    for (const int more : {0, 1}) {
        raw_client client(server.tcp);
        const std::string frame = http_text("GET", "/");
        client.send(http_text("GET", "/" + std::string(100 - frame.size() + static_cast<std::size_t>(more), 'a')));
        CHECK(client.answer().status == (more == 0 ? 200 : 431));
        raw_client other(server.tcp);
        other.send(http_text("POST", "/", std::string(1000 + static_cast<std::size_t>(more), 'b')));
        CHECK(other.answer().status == (more == 0 ? 200 : 413));
    }
}

TEST_CASE("a client that is still sending a body that is too large reads why") {
    running_server server(echo);
    raw_client client(server.tcp);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    for (int i = 0; i < 8; ++i) client.send(std::string(1'000'000, 'x'));
    CHECK(client.answer().status == 413);
}

TEST_CASE("slow clients are cut off") {
    running_server server(echo, quick());
    raw_client client(server.tcp);
    SECTION("nothing at all is said") {
        CHECK(client.closed());
    }
    SECTION("a head that never ends") {
        client.send("GET / HTTP/1.1\r\n");
        CHECK(client.answer().status == 408);
    }
    SECTION("a head that comes a byte at a time") {
        for (int i = 0; i < 100 && client.send("G"); ++i) std::this_thread::sleep_for(10ms);
        CHECK(client.answer().status == 408);
    }
    SECTION("a body that never ends") {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
        CHECK(client.answer().status == 408);
    }
    SECTION("nothing after the first request") {
        client.send(http_text("GET", "/"));
        CHECK(client.answer().status == 200);
        CHECK(client.closed());
    }
    CHECK(server.comes_to(0));
}

TEST_CASE("a client that does not read its answer is cut off") {
    running_server server(
        [](const net::http_request&, net::http_caller) -> awaitable_reply {
            net::http_reply reply;
            reply.body = std::string(64u << 20, 'x');
            co_return reply;
        },
        quick());
    raw_client client(server.tcp);
    client.shrink_buffer();
    client.send(http_text("GET", "/"));
    CHECK(server.comes_to(1));
    CHECK(server.comes_to(0));
}

TEST_CASE("more connections than allowed are told so") {
    auto limits = quick();
    limits.connections = 2;
    limits.for_unix = 0;
    limits.head_time = limits.idle_time = 20s;
    running_server server(echo, limits);
    raw_client one(server.tcp);
    raw_client two(server.unix_socket);
    REQUIRE(server.comes_to(2));
    {
        raw_client three(server.tcp);
        const auto got = three.answer();
        CHECK(got.status == 503);
        CHECK(got.headers.at("retry-after") == "1");
    }
    REQUIRE(server.comes_to(2));
    two.no_more();
    REQUIRE(server.comes_to(1));
    raw_client four(server.tcp);
    four.send(http_text("GET", "/"));
    CHECK(four.answer().status == 200);
}

TEST_CASE("many connections at once are served") {
    running_server server(echo);
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<raw_client>(server.tcp));
    for (auto& client : clients) client->send(http_text("GET", "/x"));
    for (auto& client : clients) CHECK(client->answer().status == 200);
}

TEST_CASE("an exception is answered with 500 and not shown") {
    running_server server([](const net::http_request&, net::http_caller) -> awaitable_reply {
        throw std::runtime_error("the inner workings");
        co_return net::http_reply{};
    });
    raw_client client(server.tcp);
    client.send(http_text("GET", "/"));
    const auto got = client.answer();
    CHECK(got.status == 500);
    CHECK(got.body.find("inner workings") == std::string::npos);
    CHECK(server.in_loop([&] { return server.fault; }) == "the inner workings");
}

TEST_CASE("a header's value cannot begin another one") {
    running_server server([](const net::http_request&, net::http_caller) -> awaitable_reply {
        net::http_reply reply;
        reply.headers.push_back(net::http_header{"Location", "/a\r\nSet-Cookie: b"});
        co_return reply;
    });
    raw_client client(server.tcp);
    client.send(http_text("GET", "/"));
    const auto got = client.answer();
    CHECK(got.status == 200);
    CHECK(got.headers.count("set-cookie") == 0);
    CHECK(got.headers.count("location") == 0);
}
