#include "adapters/net/http_codec.hpp"
#include "tests/support/catch.hpp"

using namespace slipway::net;
using progress = response_reader::progress;

namespace {

// Feeds `bytes` in pieces of `size` and keeps what the reader leaves, as a connection does.
progress feed(response_reader& reader, std::string_view bytes, std::size_t size) {
    std::string pending;
    auto state = progress::more;
    while (!bytes.empty() && state == progress::more) {
        pending += bytes.substr(0, size);
        bytes.remove_prefix(std::min(size, bytes.size()));
        std::string_view rest = pending;
        state = reader.feed(rest);
        pending.erase(0, pending.size() - rest.size());
    }
    return state;
}

}  // namespace

TEST_CASE("a request is written with its host and its length") {
    http_request get;
    get.target = "/v1/servers?name=web1";
    get.headers.push_back(http_header{"Accept", "application/json"});
    CHECK(write_request(get, "api.hetzner.cloud") ==
          "GET /v1/servers?name=web1 HTTP/1.1\r\nHost: api.hetzner.cloud\r\nAccept: application/json\r\n\r\n");

    http_request post;
    post.method = "POST";
    post.target = "/v1/servers";
    post.body = "{}";
    CHECK(write_request(post, "h:1") == "POST /v1/servers HTTP/1.1\r\nHost: h:1\r\nContent-Length: 2\r\n\r\n{}");
    post.body.clear();
    CHECK(write_request(post, "h:1") == "POST /v1/servers HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a request that would be read as two is not written") {
    http_request request;
    request.target = "/v1/servers";
    CHECK_FALSE(write_request(request, "host").empty());
    SECTION("target") {
        request.target = "/v1/servers HTTP/1.1\r\nX: y";
    }
    SECTION("relative target") {
        request.target = "v1";
    }
    SECTION("header value") {
        request.headers.push_back(http_header{"Authorization", "Bearer a\r\nX: y"});
    }
    SECTION("header name") {
        request.headers.push_back(http_header{"X:", "y"});
    }
    SECTION("method") {
        request.method = "GET /";
    }
    CHECK(write_request(request, "host").empty());
}

TEST_CASE("an answer is read from pieces of any size") {
    const std::size_t size = GENERATE(1u, 2u, 7u, 64u, 100000u);
    const http_limits limits;

    SECTION("with a length") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader, "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nRateLimit-Remaining: 7\r\n\r\nhello",
                     size) == progress::done);
        CHECK(reader.keep_alive());
        const auto answer = reader.take();
        CHECK(answer.status == 201);
        CHECK(answer.body == "hello");
        CHECK(find_header(answer.headers, "ratelimit-remaining") == "7");
        CHECK_FALSE(find_header(answer.headers, "ratelimit").has_value());
    }
    SECTION("in chunks") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader,
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
                     size) == progress::done);
        CHECK(reader.take().body == "abcdefg");
    }
    SECTION("in no chunk but the last") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", size) == progress::done);
        CHECK(reader.take().body.empty());
    }
    SECTION("without a body") {
        response_reader reader("DELETE", limits);
        REQUIRE(feed(reader, "HTTP/1.1 204 No Content\r\n\r\n", size) == progress::done);
        CHECK(reader.keep_alive());
        CHECK(reader.take().status == 204);
    }
    SECTION("a HEAD's length is not waited for") {
        response_reader reader("HEAD", limits);
        REQUIRE(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", size) == progress::done);
    }
    SECTION("after interim answers") {
        response_reader reader("POST", limits);
        REQUIRE(feed(reader,
                     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                     size) == progress::done);
        const auto answer = reader.take();
        CHECK(answer.status == 200);
        CHECK(answer.body == "x");
    }
    SECTION("up to the end of the connection") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader, "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\noops", size) == progress::more);
        REQUIRE(reader.end_of_stream() == progress::done);
        CHECK_FALSE(reader.keep_alive());
        CHECK(reader.take().body == "oops");
    }
    SECTION("cut off in the middle") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", size) == progress::more);
        CHECK(reader.end_of_stream() == progress::more);
    }
    SECTION("cut off in the head") {
        response_reader reader("GET", limits);
        REQUIRE(feed(reader, "HTTP/1.1 200 OK\r\nConte", size) == progress::more);
        CHECK(reader.end_of_stream() == progress::more);
    }
    SECTION("not HTTP at all") {
        response_reader reader("GET", limits);
        CHECK(feed(reader, "SSH-2.0-OpenSSH_9.2\r\n\r\n", size) == progress::malformed);
    }
}

TEST_CASE("an answer has bounds") {
    http_limits limits;
    limits.body = 10;
    limits.header = 200;
    SECTION("a length that is too large is refused before the body") {
        response_reader reader("GET", limits);
        CHECK(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", 1000) == progress::too_large);
    }
    SECTION("chunks that add up to too much") {
        response_reader reader("GET", limits);
        CHECK(feed(reader, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n", 9) ==
              progress::too_large);
    }
    SECTION("a body without an announced end") {
        response_reader reader("GET", limits);
        CHECK(feed(reader, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789ab", 3) == progress::too_large);
    }
    SECTION("a head that does not end") {
        response_reader reader("GET", limits);
        CHECK(feed(reader, "HTTP/1.1 200 OK\r\nX: " + std::string(500, 'x'), 50) == progress::too_large);
    }
}
