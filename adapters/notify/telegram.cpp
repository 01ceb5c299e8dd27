#include "adapters/notify/telegram.hpp"

#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "adapters/notify/message_text.hpp"
#include "engine/base/utf8.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace slipway::notify {

namespace {

using nlohmann::json;

constexpr setting bot_token{"TELEGRAM_BOT_TOKEN", true, {}};
constexpr setting api_base{"TELEGRAM_API_BASE", false, "https://api.telegram.org"};
constexpr std::array telegram_settings{bot_token, api_base};

constexpr std::size_t longest_text = 4096;  // in characters; a byte is at most one

class telegram_channel final : public channel {
public:
    telegram_channel(std::shared_ptr<net::http_client> http, std::string base_path, secret token)
        : http_(std::move(http)), base_path_(std::move(base_path)), token_(std::move(token)) {}

    std::string_view name() const override { return telegram_kind.name; }

    boost::asio::awaitable<delivery> deliver(outgoing message) override {
        std::string text = message.subject + "\n\n" + message.body;
        if (text.size() > longest_text) text = std::string(whole_characters(text, longest_text - 4)) + "\n...";
        json body;
        body["chat_id"] = message.recipient;
        body["text"] = text;
        body["disable_web_page_preview"] = true;
        net::http_request request;
        request.method = "POST";
        request.target = base_path_ + "/bot" + std::string(token_.reveal()) + "/sendMessage";
        net::http_header type;
        type.name = "Content-Type";
        type.value = "application/json";
        request.headers.push_back(std::move(type));
        request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
        const net::http_result answer = co_await http_->send(std::move(request));
        if (answer.has_error()) {
            delivery failed;
            failed.note = harmless(answer.error().message);
            co_return failed;
        }
        co_return judge(*answer);
    }

private:
    std::string harmless(std::string text) const {
        return one_line(without_secret(std::move(text), token_.reveal()), 300);
    }

    delivery judge(const net::http_response& answer) const {
        const json body = json::parse(answer.body, nullptr, false);
        std::string said;
        std::int64_t seconds = 0;
        bool ok = false;
        if (body.is_object()) {
            if (const auto it = body.find("description"); it != body.end() && it->is_string())
                said = it->get<std::string>();
            if (const auto it = body.find("ok"); it != body.end() && it->is_boolean()) ok = it->get<bool>();
            if (const auto it = body.find("parameters"); it != body.end() && it->is_object())
                if (const auto wait = it->find("retry_after"); wait != it->end() && wait->is_number_integer())
                    seconds = wait->get<std::int64_t>();
        }
        delivery out;
        out.note = fmt::format("Telegram answered {}{}", answer.status, said.empty() ? "" : ": " + harmless(said));
        if (answer.status == 200 && ok) {
            out.outcome = delivery_outcome::taken;
        } else if (answer.status == 400 || answer.status == 403) {
            out.outcome = delivery_outcome::refused;
        } else if (answer.status == 429) {
            out.wait = std::chrono::seconds{std::clamp<std::int64_t>(seconds, 1, 86'400)};
        } else if (answer.status == 401 || answer.status == 404) {
            out.note += "; check " + std::string(bot_token.name);
        }
        return out;
    }

    std::shared_ptr<net::http_client> http_;
    std::string base_path_;
    secret token_;
};

result<std::unique_ptr<channel>> make_telegram(const boost::asio::any_io_executor&, const settings& from,
                                               const address_source&) {
    const std::string_view token = from.of(bot_token);
    if (!is_telegram_token(token)) return wrong_setting(bot_token, "is no bot's token; it looks like 123456:ABC-DEF");
    const auto base = net::parse_endpoint(from.of(api_base));
    if (base.has_error()) return wrong_setting(api_base, "cannot be used: " + base.error().message);
    net::tls_context tls;
    if (base->tls()) {
        auto made = net::client_tls(from.ca_file);
        if (made.has_error()) return made.error();
        tls = *std::move(made);
    }
    net::http_limits limits;
    limits.connections = 1;
    limits.body = 64u << 10;
    return make_telegram_channel(net::make_http_client(*base, std::move(tls), limits), base->path,
                                 secret(std::string(token)));
}

}  // namespace

constinit const channel_kind telegram_kind{"telegram", telegram_settings, make_telegram};

bool is_telegram_token(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto other = [&](char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    const std::string_view id = text.substr(0, colon), key = text.substr(colon + 1);
    return std::all_of(id.begin(), id.end(), digit) && std::all_of(key.begin(), key.end(), other);
}

std::unique_ptr<channel> make_telegram_channel(std::shared_ptr<net::http_client> http, std::string base_path,
                                               secret token) {
    return std::make_unique<telegram_channel>(std::move(http), std::move(base_path), std::move(token));
}

}  // namespace slipway::notify
