// Requests to the API: "METHOD TARGET", headers, an empty line, the body (line ends are \n), answered by the real
// handler over a house in memory. A request that is refused changes nothing; one that is taken is JSON for any reader,
// and what it causes can be read back from the log. What a request says is never repeated where it may be a secret.
#include "adapters/api/handler.hpp"
#include "adapters/net/http_request_reader.hpp"
#include "engine/model/codec.hpp"
#include "tests/adapters/api/fake_service.hpp"
#include "tests/fuzz/check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>

using namespace slipway;
using fuzz::check;

namespace {

net::http_request request_of(std::string_view text) {
    net::http_request out;
    std::string_view line = fuzz::take_until(text, '\n');
    out.method = fuzz::take_until(line, ' ');
    out.target = line;
    while (!text.empty()) {
        line = fuzz::take_until(text, '\n');
        if (line.empty()) break;
        net::http_header header;
        header.name = fuzz::take_until(line, ':');
        header.value = line.starts_with(' ') ? line.substr(1) : line;
        out.headers.push_back(std::move(header));
    }
    out.body = text;
    return out;
}

net::http_reply ask(test::fake_service& house, const net::http_request& request, bool trusted) {
    boost::asio::io_context loop(1);
    api::handler_options options;
    options.wrong_token = std::chrono::milliseconds{0};
    api::handler handler(house, secret("right-token"), options);
    net::http_caller from;
    from.unix_socket = trusted;
    std::optional<net::http_reply> got;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, handler.handle(request, from), [&](std::exception_ptr e, net::http_reply reply) {
        thrown = e;
        got = std::move(reply);
    });
    loop.run();
    check(!thrown, "no exception leaves the handler");
    check(got.has_value(), "every request is answered");
    return *std::move(got);
}

// Secrets of a request that were taken in are told apart from its other words by being no part of them.
void keeps_secret(const test::fake_service& house, const net::http_reply& reply) {
    if (house.last_token.size() < 12) return;
    check(reply.body.find(house.last_token) == std::string::npos, "a provider's token is not repeated", reply.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const net::http_request request = request_of(fuzz::text_of(data, size));
    test::fake_service house;
    const net::http_reply reply = ask(house, request, true);
    check(reply.status >= 200 && reply.status < 600 && reply.status != 500, "no request is our fault", reply.body);
    if (!reply.stream && reply.status / 100 != 2)
        check(nlohmann::json::accept(reply.body), "a refusal is a problem document", reply.body);
    keeps_secret(house, reply);
    for (const net::http_header& header : reply.headers)
        check(header.value.find_first_of("\r\n") == std::string::npos, "a header is one line", header.value);

    const bool refused = reply.status / 100 == 4 && reply.status != 404;  // the house itself knows no such thing
    if (refused) check(house.changes == 0, "what is refused changes nothing", reply.body);
    if (house.changes > 0 && !request.body.empty()) {
        check(request.body.find('\0') == std::string::npos && nlohmann::json::accept(request.body),
              "what is taken is JSON", request.body);
    }
    for (const event_record& record : house.log) {
        const auto read = decode(record.type, record.schema_version, record.data);
        check(read.has_value(), "what a request causes can be read from the log", record.data);
    }
    test::fake_service closed;
    const net::http_reply turned = ask(closed, request, false);
    if (net::find_header(request.headers, "authorization") != std::optional<std::string_view>("Bearer right-token"))
        check(closed.changes == 0 && closed.log.empty(), "without the token nothing happens", turned.body);
    return 0;
}
