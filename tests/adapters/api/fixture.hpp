// The API over a house in memory, served over real sockets.
#pragma once

#include "adapters/api/handler.hpp"
#include "tests/adapters/api/fake_service.hpp"
#include "tests/adapters/net/raw_client.hpp"
#include "tests/adapters/net/running_server.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace slipway::test {

inline const std::string some_token(64, 'Z');

class served_api {
public:
    explicit served_api(const std::string& token = {}, std::chrono::milliseconds heartbeat = std::chrono::seconds(15),
                        int pause_of_wrong_tokens = 0) {
        std::optional<secret> secret;
        if (!token.empty()) secret.emplace(std::string(token));
        api::handler_options options;
        options.heartbeat = heartbeat;
        options.feed_batch = 2;
        options.wrong_token = std::chrono::milliseconds(pause_of_wrong_tokens);
        options.warn = [this](const std::string& line) { warnings.push_back(line); };
        handler = std::make_unique<api::handler>(house, std::move(secret), options);
        server = std::make_unique<running_server>(
            [this](const net::http_request& request, net::http_caller caller) {
                return handler->handle(request, std::move(caller));
            },
            net::server_limits(),
            [this](const net::http_request& head, const net::http_caller& from) { return handler->admit(head, from); });
        client = std::make_unique<raw_client>(server->tcp);
    }

    raw_answer ask(std::string_view method, std::string_view target, const std::string& body = {},
                   const std::string& headers = {}) {
        std::string more = headers;
        if (!body.empty() && headers.find("Content-Type") == std::string::npos)
            more += "Content-Type: application/json\r\n";
        client->send(http_text(method, target, body, more));
        return client->answer(method == "HEAD");
    }
    template <class Work>
    auto in_loop(Work work) {
        return server->in_loop(std::move(work));
    }

    fake_service house;
    std::vector<std::string> warnings;  // of the loop's thread: look at them in_loop
    std::unique_ptr<api::handler> handler;
    std::unique_ptr<running_server> server;  // goes before what it serves
    std::unique_ptr<raw_client> client;
};

inline nlohmann::json parsed(const raw_answer& from) {
    return nlohmann::json::parse(from.body, nullptr, false);
}

// The fields that a problem document names, in its order.
inline std::vector<std::string> fields_of(const raw_answer& from) {
    std::vector<std::string> names;
    const auto problem = parsed(from);
    if (!problem.contains("errors")) return names;
    for (const auto& wrong : problem["errors"]) names.push_back(wrong["field"]);
    return names;
}

inline void expect_problem(const raw_answer& got, int status) {
    CHECK(got.status == status);
    CHECK(got.headers.at("content-type") == "application/problem+json");
    CHECK(got.headers.at("cache-control") == "no-store");
    const auto problem = parsed(got);
    REQUIRE(problem.is_object());
    CHECK(problem["status"] == status);
    CHECK(problem["type"].get<std::string>().starts_with("urn:slipway:problem:"));
    CHECK_FALSE(problem["title"].get<std::string>().empty());
    CHECK_FALSE(problem["detail"].get<std::string>().empty());
}

}  // namespace slipway::test
