#include "adapters/cli/dashboard/page_host.hpp"

#include "adapters/net/http_problem.hpp"
#include "adapters/web/page_answer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace slipway::cli {

using boost::asio::awaitable;
using net::http_reply;
using std::chrono::milliseconds;

namespace {

constexpr std::string_view session_path = "/dashboard/session";
constexpr milliseconds between_looks{250}, longest_silence{15'000};

http_reply not_this_link() {
    return net::problem_reply(403, "used-link",
                              "The link that slipway dashboard prints works once, in one tab. Run slipway dashboard again "
                              "for another one.");
}

bool is_live_feed(const net::http_request& request) {
    const auto accept = net::find_header(request.headers, "accept");
    return request.method == "GET" && request.target.starts_with("/v1/events") && accept &&
           accept->find("text/event-stream") != std::string_view::npos;
}

// What the server on this side says itself.
bool of_the_connection(const net::http_header& header) {
    constexpr std::array names{"Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date"};
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return net::same_word(header.name, name); });
}

http_reply reply_of(net::http_response response) {
    if (response.status == 401)  // it is not the tab's token that is meant
        return net::problem_reply(502, "other-token",
                                  "The daemon does not take this machine's SLIPWAY_API_TOKEN. Set it right, and run slipway "
                                  "dashboard again.");
    http_reply out;
    out.status = response.status;
    for (net::http_header& header : response.headers)
        if (!of_the_connection(header)) out.headers.push_back(std::move(header));
    out.body = std::move(response.body);
    return out;
}

// As server-sent events; `last` becomes the seq of the last one.
std::string server_sent_lines(std::string_view json_lines, std::uint64_t& last) {
    std::string out;
    while (!json_lines.empty()) {
        const auto end = json_lines.find('\n');
        const std::string_view line = json_lines.substr(0, end);
        json_lines.remove_prefix(end == std::string_view::npos ? json_lines.size() : end + 1);
        const auto record = nlohmann::json::parse(line, nullptr, false);
        if (!record.is_object() || !record.contains("seq") || !record["seq"].is_number_unsigned()) continue;
        last = record["seq"].get<std::uint64_t>();
        out.append("id: ").append(std::to_string(last)).append("\ndata: ").append(line).append("\n\n");
    }
    return out;
}

}  // namespace

awaitable<std::optional<http_reply>> page_host::admit(const net::http_request& head) const {
    if (web::page_answer(head) || head.target == session_path || link_.admits(head)) co_return std::nullopt;
    co_return not_this_link();
}

awaitable<http_reply> page_host::answer(const net::http_request& request) {
    auto refused = co_await admit(request);
    if (refused) co_return *std::move(refused);
    if (auto page = web::page_answer(request)) co_return *std::move(page);
    if (request.target == session_path) co_return exchange(request);
    if (is_live_feed(request)) co_return co_await open_feed(request);
    co_return co_await forward(request);
}

http_reply page_host::exchange(const net::http_request& request) {
    if (request.method != "POST") return net::problem_reply(405, "method-not-allowed", "This path takes POST.");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const bool well = body.is_object() && body.contains("link") && body["link"].is_string();
    const auto session = link_.exchange(well ? body["link"].get<std::string>() : std::string());
    if (!session) return not_this_link();
    http_reply out;
    out.headers.push_back(net::http_header{"Content-Type", "application/json"});
    out.headers.push_back(net::http_header{"Cache-Control", "no-store"});
    out.body = "{\"token\":\"" + std::string(session->reveal()) + "\"}\n";
    return out;
}

// The session's token stays here: whoever is asked has another one, or none.
awaitable<http_reply> page_host::forward(const net::http_request& request) {
    net::http_request asked;
    asked.method = request.method;
    asked.target = request.target;
    for (const char* name : {"Accept", "Content-Type", "Idempotency-Key"})
        if (const auto value = net::find_header(request.headers, name))
            asked.headers.push_back(net::http_header{name, std::string(*value)});
    asked.body = request.body;
    auto answered = co_await ask_(std::move(asked));
    if (!answered) co_return net::problem_reply(502, "no-answer", answered.error().message + ".");
    co_return reply_of(std::move(*answered));
}

awaitable<result<net::http_response>> page_host::events_after(std::uint64_t after) {
    net::http_request request;
    request.target = "/v1/events?limit=256&after=" + std::to_string(after);
    co_return co_await ask_(std::move(request));
}

awaitable<http_reply> page_host::open_feed(const net::http_request& request) {
    std::uint64_t after = 0;
    if (const auto seen = net::find_header(request.headers, "last-event-id"))
        std::from_chars(seen->data(), seen->data() + seen->size(), after);
    auto first = co_await events_after(after);
    if (!first) co_return net::problem_reply(502, "no-answer", first.error().message + ".");
    if (first->status != 200) co_return reply_of(std::move(*first));
    http_reply out;
    out.headers.push_back(net::http_header{"Content-Type", "text/event-stream"});
    out.headers.push_back(net::http_header{"Cache-Control", "no-store"});
    out.stream = [this, after](net::body_writer& to) { return follow(after, to); };
    co_return out;
}

// Ends where the log cannot be read: the page comes back, behind the last event that it has seen.
awaitable<void> page_host::follow(std::uint64_t after, net::body_writer& to) {
    bool listening = co_await to.write(": slipway\n\n");
    auto told_at = clock_.steady();
    while (listening) {
        auto next = co_await events_after(after);
        if (!next || next->status != 200) co_return;
        std::string text = server_sent_lines(next->body, after);
        if (text.empty() && clock_.steady() - told_at > longest_silence) text = ": still here\n\n";
        if (text.empty()) {
            co_await clock_.sleep(between_looks);
            continue;
        }
        listening = co_await to.write(text);
        told_at = clock_.steady();
    }
}

}  // namespace slipway::cli
