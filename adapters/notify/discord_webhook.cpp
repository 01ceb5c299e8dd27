#include "adapters/notify/discord_webhook.hpp"

#include "adapters/net/http_client.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/notify/message_text.hpp"
#include "engine/base/markdown.hpp"
#include "engine/base/redact.hpp"
#include "engine/base/utf8.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace slipway::notify {

namespace {

using nlohmann::json;

constexpr setting discord_base{"DISCORD_API_BASE", false, "https://discord.com/api/v10"};
constexpr std::array discord_settings{discord_base};

constexpr std::size_t longest_content = 2000;  // in characters; a byte is at most one
constexpr int suppress_embeds = 4;             // links are not unfolded
constexpr double shortest_wait_s = 1, longest_wait_s = 3600;
constexpr std::string_view before_id = "/webhooks/";

net::http_header header(std::string name, std::string value) {
    net::http_header out;
    out.name = std::move(name);
    out.value = std::move(value);
    return out;
}

// In the body where Discord itself says it, in a header where the machine is locked out in front of it.
std::chrono::milliseconds wait_of(const net::http_response& answer, const json& body) {
    double seconds = shortest_wait_s;
    if (body.is_object() && body.contains("retry_after") && body["retry_after"].is_number()) {
        seconds = body["retry_after"].get<double>();
    } else if (const auto text = net::find_header(answer.headers, "retry-after")) {
        int whole = 0;
        if (std::from_chars(text->data(), text->data() + text->size(), whole).ec == std::errc()) seconds = whole;
    }
    if (!std::isfinite(seconds)) seconds = longest_wait_s;
    const double milliseconds = std::ceil(std::clamp(seconds, shortest_wait_s, longest_wait_s) * 1000);
    return std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)};
}

delivery not_now(std::string note) {
    delivery out;
    out.note = one_line(note, 300);
    return out;
}

class discord_channel final : public channel {
public:
    discord_channel(net::url base, std::string ca_file, address_source addresses)
        : base_(std::move(base)), ca_file_(std::move(ca_file)), addresses_(std::move(addresses)) {}

    std::string_view name() const override { return discord_kind.name; }

    boost::asio::awaitable<delivery> deliver(outgoing message) override {
        const auto webhook = co_await addresses_(message.recipient, std::string(discord_kind.name));
        if (webhook.has_error()) co_return not_now(webhook.error().message);
        if (!*webhook) {
            delivery gone;
            gone.outcome = delivery_outcome::refused;
            gone.note = "the provider has no webhook any more";
            co_return gone;
        }
        const std::string_view url = (*webhook)->reveal();
        const auto start = url.find(before_id);
        if (start == std::string_view::npos) co_return not_now("what is kept is no webhook");
        const std::string_view id_and_token = url.substr(start + before_id.size());
        if (auto made = connect(); made.has_error()) co_return not_now(made.error().message);

        json body;
        body["content"] = discord_text(message.subject, message.body);
        body["allowed_mentions"]["parse"] = json::array();
        body["flags"] = suppress_embeds;
        net::http_request request;
        request.method = "POST";
        request.target = base_.path + std::string(before_id) + std::string(id_and_token) + "?wait=true";
        request.headers.push_back(header("Content-Type", "application/json"));
        request.headers.push_back(header("User-Agent", "DiscordBot (https://slipway.invalid, " SLIPWAY_VERSION ")"));
        request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
        const net::http_result answer = co_await http_->send(std::move(request));
        const std::string_view token = id_and_token.substr(id_and_token.find('/') + 1);
        if (answer.has_error()) co_return not_now(redact(answer.error().message, token));
        co_return judge(*answer, token);
    }

private:
    // Where nobody is ever told by Discord, no certificates are read.
    result<void> connect() {
        if (http_) return {};
        net::tls_context tls;
        if (base_.tls()) {
            auto made = net::client_tls(ca_file_);
            if (made.has_error()) return made.error();
            tls = *std::move(made);
        }
        net::http_limits limits;
        limits.connections = 1;
        limits.body = 64u << 10;
        http_ = net::make_http_client(base_, std::move(tls), limits);
        return {};
    }

    static delivery judge(const net::http_response& answer, std::string_view token) {
        const json body = json::parse(answer.body, nullptr, false);
        std::string said;
        if (body.is_object() && body.contains("message") && body["message"].is_string())
            said = redact(body["message"].get<std::string>(), token);
        delivery out = not_now(fmt::format("Discord answered {}{}", answer.status, said.empty() ? "" : ": " + said));
        switch (answer.status) {
            case 200:
            case 204:
                out.outcome = delivery_outcome::taken;
                break;
            case 400:
                out.outcome = delivery_outcome::refused;
                break;
            case 401:
            case 403:
            case 404:
                out.outcome = delivery_outcome::refused;
                out.note += "; the webhook is gone: give the provider another one";
                break;
            case 429:
                out.wait = wait_of(answer, body);
                break;
            default:
                break;
        }
        return out;
    }

    net::url base_;
    std::string ca_file_;
    address_source addresses_;
    std::shared_ptr<net::http_client> http_;
};

result<std::unique_ptr<channel>> make_discord(const boost::asio::any_io_executor&, const settings& from,
                                              const address_source& addresses) {
    auto base = net::parse_endpoint(from.of(discord_base));
    if (base.has_error()) return wrong_setting(discord_base, "cannot be used: " + base.error().message);
    return make_discord_channel(*std::move(base), from.ca_file, addresses);
}

}  // namespace

constinit const channel_kind discord_kind{"discord", discord_settings, make_discord};

std::string discord_text(std::string_view subject, std::string_view body) {
    const std::string text = "**" + escaped(subject) + "**\n" + escaped(body);
    if (text.size() <= longest_content) return text;
    return std::string(whole_characters(text, longest_content - 4)) + "\n...";
}

std::unique_ptr<channel> make_discord_channel(net::url base, std::string ca_file, address_source addresses) {
    return std::make_unique<discord_channel>(std::move(base), std::move(ca_file), std::move(addresses));
}

}  // namespace slipway::notify
