// /v1/providers: Hetzner tokens are kept, shown as set, and tried out.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"

#include <algorithm>
#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

constexpr std::size_t longest_token = 256;

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.size() <= 254 &&
           text.find_first_of(" \t,;:<>()[]\\\"") == std::string_view::npos && text.back() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_telegram_chat(std::string_view text) {
    if (text.starts_with('@')) {
        text.remove_prefix(1);
        return text.size() >= 5 && text.size() <= 32 &&
               std::all_of(text.begin(), text.end(), [](char c) { return letter(c) || digit(c) || c == '_'; });
    }
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), digit);
}

input<service::provider_input> read_provider(const net::http_request& request, const std::string& id) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::provider_input out;
    out.id = id;
    out.hetzner_token = from.secret("hetzner_token", longest_token);
    out.email = from.text("email", need::optional, {254, false});
    if (!out.email.empty() && !is_email(out.email)) from.wrong("email", "This is no address like name@example.org.");
    out.telegram_chat = from.text("telegram_chat", need::optional, {33, false});
    if (!out.telegram_chat.empty() && !is_telegram_chat(out.telegram_chat))
        from.wrong("telegram_chat", "This must be a chat's number in a string, or the @name of a channel.");
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return input<service::provider_input>(std::move(out));
}

}  // namespace

awaitable<http_reply> put_provider(exchange& asked) {
    auto input = read_provider(asked.request, asked.id);
    if (!input) co_return input.error().answer;
    const auto put = co_await asked.service.put_provider(*std::move(input), asked.from);
    co_return shown(200, put);
}

awaitable<http_reply> get_provider(exchange& asked) {
    const auto found = co_await asked.service.provider(asked.id, asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> check_provider(exchange& asked) {
    if (auto none = read_nothing(asked.request); !none) co_return none.error().answer;
    const auto checked = co_await asked.service.check_provider(asked.id, asked.from);
    co_return shown(200, checked);
}

}  // namespace slipway::api
