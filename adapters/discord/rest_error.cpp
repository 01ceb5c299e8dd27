#include "adapters/discord/rest_error.hpp"

#include "adapters/discord/payload.hpp"
#include "engine/base/redact.hpp"
#include "engine/base/terminal_text.hpp"
#include "engine/base/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace slipway::discord {

using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t longest_text = 300;
constexpr milliseconds unknown_pause{5'000};  // a 429 that does not say for how long
// In front of Discord somebody locks addresses out for a while and does not say for how long, or says it in HTML.
constexpr milliseconds shortest_ban{60'000};
constexpr milliseconds usual_ban{600'000};
constexpr milliseconds longest_429{24 * 3'600'000};

std::optional<milliseconds> from_seconds(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return {};
    const double ms = std::min(std::ceil(seconds * 1'000), static_cast<double>(longest_429.count()));
    return milliseconds{static_cast<milliseconds::rep>(ms)};
}

// Where a form is wrong and why: {"data": {"embeds": {"0": {"_errors": [{"code", "message"}]}}}}.
void list_errors(const json& at, const std::string& path, int depth, std::string& out) {
    if (!at.is_object() || depth > 12 || out.size() > longest_text) return;
    for (const auto& [key, value] : at.items()) {
        if (key != "_errors") {
            list_errors(value, path.empty() ? key : path + "." + key, depth + 1, out);
            continue;
        }
        for (const json& one : value) {
            const json& said = member(one, "message");
            if (!said.is_string()) continue;
            out += (out.empty() ? "" : "; ") + (path.empty() ? "" : path + ": ") + said.get<std::string>();
        }
    }
}

rest_failure sort(int status, int code, bool of_interaction) {
    switch (code) {
        case 10062:
            return rest_failure::unknown_interaction;
        case 40060:
            return rest_failure::already_acknowledged;
        case 50027:
        case 10015:
            return rest_failure::expired;
        case 10008:
        case 30046:  // one that is an hour old has been edited too often: it is there, and stays as it is
            return rest_failure::unknown_message;
        case 50001:
        case 50007:
        case 50013:
            return rest_failure::forbidden;
        default:
            break;
    }
    if (status == 401) return of_interaction ? rest_failure::expired : rest_failure::unauthorized;
    if (status == 403) return rest_failure::forbidden;
    if (status == 429) return rest_failure::rate_limited;
    if (status >= 400 && status < 500) return rest_failure::invalid;
    return rest_failure::server_error;
}

std::string_view advice(rest_failure failure) {
    switch (failure) {
        case rest_failure::unauthorized:
            return " Check DISCORD_TOKEN; the developer portal's page \"Bot\" makes a new one.";
        case rest_failure::already_acknowledged:
            return " Another process answers with the same bot token: stop it.";
        case rest_failure::unknown_interaction:
            return " It came too late, or another process has answered.";
        default:
            return "";
    }
}

}  // namespace

std::string harmless_text(std::string_view text, std::string_view bot_token, std::string_view interaction_token) {
    // Tokens first: what is cut or made visible would not be found any more.
    std::string out = with_visible_controls(redact(redact(text, bot_token), interaction_token));
    if (out.size() <= longest_text) return out;
    std::size_t end = 0;
    while (end < longest_text) {
        const std::size_t next = utf8_character(std::string_view(out).substr(end));
        if (next == 0 || end + next > longest_text) break;
        end += next;
    }
    return out.substr(0, end) + "...";
}

rest_pause read_pause(const net::http_response& answer) {
    const json body = json::parse(answer.body, nullptr, false);
    rest_pause out;
    std::optional<milliseconds> wait;
    if (const json& said = member(body, "retry_after"); said.is_number()) wait = from_seconds(said.get<double>());
    if (!wait) {
        const auto header = net::find_header(answer.headers, "Retry-After").value_or("");
        double seconds = 0;
        const auto [end, wrong] = std::from_chars(header.data(), header.data() + header.size(), seconds);
        if (wrong == std::errc() && end == header.data() + header.size()) wait = from_seconds(seconds);
    }
    out.banned = !body.is_object() || !net::find_header(answer.headers, "Via");
    if (out.banned) {
        out.wait = std::max(wait.value_or(usual_ban), shortest_ban);
        return out;
    }
    out.wait = wait.value_or(unknown_pause);
    const json& everything = member(body, "global");
    out.everything = (everything.is_boolean() && everything.get<bool>()) ||
                     net::find_header(answer.headers, "X-RateLimit-Global") == "true";
    out.shared = net::find_header(answer.headers, "X-RateLimit-Scope") == "shared";
    return out;
}

rest_error read_refusal(const net::http_response& answer, std::string_view what, std::string_view bot_token,
                        std::string_view interaction_token) {
    const json body = json::parse(answer.body, nullptr, false);
    rest_error out;
    out.status = answer.status;
    if (const json& code = member(body, "code"); code.is_number_integer())
        out.code = static_cast<int>(std::clamp<std::int64_t>(code.get<std::int64_t>(), 0, 10'000'000));
    out.failure = sort(out.status, out.code, !interaction_token.empty());
    if (out.failure == rest_failure::rate_limited) out.wait = read_pause(answer).wait;

    out.message = "Discord answered " + std::string(what) + " with " + std::to_string(out.status);
    std::string said;
    if (const json& message = member(body, "message"); message.is_string()) said = message.get<std::string>();
    std::string fields;
    list_errors(member(body, "errors"), "", 0, fields);
    if (!fields.empty()) said += " (" + fields + ")";
    if (!said.empty()) out.message += ": " + harmless_text(said, bot_token, interaction_token);
    if (out.code != 0) out.message += " [" + std::to_string(out.code) + "]";
    out.message += ".";
    out.message += advice(out.failure);
    return out;
}

rest_error read_failure(const net::http_error& failed, std::string_view what) {
    rest_error out;
    switch (failed.failure) {
        case net::http_failure::not_sent:
            out.failure = rest_failure::not_sent;
            break;
        case net::http_failure::lost:
            out.failure = rest_failure::lost;
            break;
        case net::http_failure::too_large:
        case net::http_failure::malformed:
            out.failure = rest_failure::server_error;
            break;
    }
    out.message = std::string(what) + " got no answer of Discord's: " + failed.message;
    return out;
}

}  // namespace slipway::discord
