#include "adapters/discord/rest.hpp"

#include "adapters/discord/gateway_frames.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

// Discord lets in nobody who does not say in this form what he is. There is no page of slipway's to name.
constexpr const char* user_agent = "DiscordBot (https://slipway.invalid, " SLIPWAY_VERSION ")";

constexpr int most_attempts = 5;
constexpr milliseconds pause_after_failure{1'000};  // doubled each time
constexpr milliseconds pause_when_early{400};       // the same
constexpr milliseconds no_token_for = minutes{10};  // what was refused is refused again, and counts against us
constexpr milliseconds interaction_lasts = minutes{15};

bool is_success(int status) {
    return status >= 200 && status <= 299;
}

// What an answer's failure means for the next attempt.
bool may_pass(rest_failure failure, bool repeatable) {
    if (failure == rest_failure::not_sent) return true;
    return repeatable && (failure == rest_failure::lost || failure == rest_failure::server_error);
}

net::http_header header(std::string name, std::string value) {
    net::http_header out;
    out.name = std::move(name);
    out.value = std::move(value);
    return out;
}

rest_error unreadable(const std::string& what, int status) {
    rest_error out;
    out.failure = rest_failure::server_error;
    out.status = status;
    out.message = "Discord's answer to " + what + " is not what its documentation says.";
    return out;
}

}  // namespace

// Whoever goes makes room for others.
struct rest::place {
    place(rest& in, const rest_request& what)
        : owner(in), turn(in.limits_.enter(what, in.clock_.steady())), what(what) {}
    ~place() {
        turn.reset();
        owner.changed_.notify_all();
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    rest& owner;
    std::unique_ptr<rate_limits::turn> turn;
    const rest_request& what;
};

rest::rest(rest_settings settings, engine_clock& clock, random_source& random)
    : rest(std::move(settings), rest_connections{}, clock, random) {
    net::http_limits usual;
    usual.deadline = settings_.deadline;
    connections_.usual = net::make_http_client(settings_.base, settings_.tls, usual);

    net::http_limits warm;
    warm.deadline = settings_.acknowledge_in;
    warm.connections = 64;  // nobody waits for one
    warm.idle_for_unrepeatable = warm.idle;
    connections_.warm = net::make_http_client(settings_.base, settings_.tls, warm);

    net::http_limits fresh = warm;
    fresh.idle = fresh.idle_for_unrepeatable = milliseconds{0};
    connections_.fresh = net::make_http_client(settings_.base, settings_.tls, fresh);
}

rest::rest(rest_settings settings, rest_connections connections, engine_clock& clock, random_source& random)
    : settings_(std::move(settings)), connections_(std::move(connections)), clock_(clock), random_(random) {}

net::http_request rest::to_http(const rest_request& what) const {
    net::http_request out;
    out.method = what.method;
    out.target = settings_.base.path + what.path;
    if (what.as_bot) out.headers.push_back(header("Authorization", "Bot " + std::string(settings_.bot_token.reveal())));
    out.headers.push_back(header("User-Agent", user_agent));
    out.headers.push_back(header("Accept", "application/json"));
    if (!what.body.empty()) {
        out.headers.push_back(header("Content-Type", "application/json"));
        out.body = what.body;
    }
    return out;
}

rest_error rest::refusal(const rest_request& what, const net::http_response& answer) {
    rest_error out = read_refusal(answer, what.what(), settings_.bot_token.reveal(), what.interaction_token);
    if (out.failure == rest_failure::unauthorized) no_token_until_ = clock_.steady() + no_token_for;
    if (answer.status == 429) {
        if (const rest_pause asked = read_pause(answer); asked.banned)
            spdlog::warn("Discord: this machine's address is locked out in front of Discord. Nothing is asked there for {} s, "
                         "and people get no answers until then; something here has asked too often.",
                         asked.wait.count() / 1'000);
    }
    return out;
}

rest_error rest::locked(const std::string& what, const rate_limits::pause& why) const {
    rest_error out;
    out.failure = rest_failure::rate_limited;
    out.wait = why.wait;
    out.message = what + " was not sent: ";
    switch (why.why) {
        case rate_limits::reason::banned:
            out.message += "this machine's address is locked out in front of Discord.";
            break;
        case rate_limits::reason::refusals:
            out.message += "Discord has refused so much of late that more would lock this machine's address out.";
            break;
        case rate_limits::reason::everything:
            out.message += "Discord's limit for all requests of a bot is used up.";
            break;
        default:
            out.message += "Discord's limit for this kind of request is used up.";
            break;
    }
    if (why.wait.count() > 0)
        out.message += " It can be tried again in " + std::to_string(why.wait.count() / 1'000 + 1) + " s.";
    return out;
}

// Twice as long after each failure, and never the same: many may have failed at once.
milliseconds rest::pause_after(milliseconds first, int failures) {
    const auto longest = first * (1 << std::clamp(failures - 1, 0, 6));
    return milliseconds{
        static_cast<milliseconds::rep>(static_cast<double>(longest.count()) * (0.75 + random_.fraction() / 2))};
}

awaitable<void> rest::pause(milliseconds time) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto passing = clock_.sleep(time);
    auto news = changed_.wait();
    co_await (std::move(passing) || std::move(news));
}

awaitable<rest_result<void>> rest::admitted(place& own, milliseconds ends) {
    for (;;) {
        const auto now = clock_.steady();
        const auto why = limits_.admit(*own.turn, now);
        if (why.why == rate_limits::reason::none) co_return rest_result<void>();
        const auto left = ends - now;
        // Whoever is locked out does not queue up at the door.
        const bool hopeless = why.why == rate_limits::reason::banned || why.why == rate_limits::reason::refusals;
        if (hopeless || why.wait > left || left.count() <= 0) co_return locked(own.what.what(), why);
        const bool known = why.wait.count() > 0;
        const auto time = known ? why.wait : left;
        co_await pause(time);
    }
}

awaitable<rest_result<rest_answer>> rest::call(rest_request what) {
    const auto ends = clock_.steady() + settings_.patience;
    place own(*this, what);
    const int most = what.tried_once ? 1 : most_attempts;
    for (int attempt = 1;; ++attempt) {
        if (what.as_bot && clock_.steady() < no_token_until_) {
            rest_error refused;
            refused.failure = rest_failure::unauthorized;
            refused.message = what.what() + " was not sent: Discord has refused the bot's token. Check DISCORD_TOKEN.";
            co_return refused;
        }
        const auto turn = co_await admitted(own, ends);
        if (turn.has_error()) co_return turn.error();

        const auto began = clock_.steady();
        auto request = to_http(what);
        const net::http_result answer = co_await connections_.usual->send(std::move(request));
        const auto now = clock_.steady();
        rest_error failed;
        milliseconds wait = pause_after(pause_after_failure, attempt);
        bool again = false;
        if (answer.has_error()) {
            failed = read_failure(answer.error(), what.what());
            again = may_pass(failed.failure, what.repeatable);
        } else {
            const bool good = is_success(answer->status);
            if (!good) failed = refusal(what, *answer);
            // That an interaction is over is nobody's fault.
            limits_.answered(*own.turn, *answer, failed.failure != rest_failure::expired, now);
            changed_.notify_all();
            if (good) {
                rest_answer out;
                out.status = answer->status;
                if (!answer->body.empty()) out.body = json::parse(answer->body, nullptr, false);
                if (out.body.is_discarded()) co_return unreadable(what.what(), answer->status);
                note_known(what);
                co_return out;
            }
            again = may_pass(failed.failure, what.repeatable);
            if (failed.failure == rest_failure::rate_limited) {
                again = true;
                wait = milliseconds{0};  // the account knows
            }
            if (answer->status == 404 && what.may_be_early && !known_.contains(what.major)) {
                again = true;
                wait = pause_after(pause_when_early, attempt);
            }
        }
        spdlog::debug("discord: {} after {} ms: {}", what.what(), (now - began).count(), failed.message);
        if (!again || attempt == most || now + wait > ends) co_return failed;
        limits_.again(*own.turn);
        if (wait.count() > 0) co_await clock_.sleep(wait);
    }
}

void rest::note_known(const rest_request& what) {
    if (!what.may_be_early) return;
    const auto now = clock_.steady();
    std::erase_if(known_, [now](const auto& entry) { return entry.second + interaction_lasts < now; });
    known_.insert_or_assign(what.major, now);
}

awaitable<rest_result<json>> rest::ask(rest_request what) {
    const std::string name = what.what();
    auto answer = co_await call(std::move(what));
    if (answer.has_error()) co_return answer.error();
    if (!answer->body.is_object() && !answer->body.is_array()) co_return unreadable(name, answer->status);
    co_return std::move(answer->body);
}

awaitable<rest_result<rest_answer>> rest::edit_original(std::string application_id, std::string token, json body) {
    auto what = edit_original_request(application_id, token, body);
    return call(std::move(what));
}

awaitable<rest_result<rest_answer>> rest::original(std::string application_id, std::string token) {
    auto what = original_request(application_id, token);
    return call(std::move(what));
}

awaitable<rest_result<rest_answer>> rest::follow_up(std::string application_id, std::string token, json body) {
    auto what = follow_up_request(application_id, token, body);
    return call(std::move(what));
}

awaitable<rest_result<rest_answer>> rest::send_message(std::string channel_id, json body) {
    auto what = send_message_request(channel_id, body);
    return call(std::move(what));
}

awaitable<rest_result<rest_answer>> rest::edit_message(std::string channel_id, std::string message_id, json body) {
    auto what = edit_message_request(channel_id, message_id, body);
    return call(std::move(what));
}

awaitable<rest_result<std::string>> rest::open_dm(std::string user_id) {
    auto what = open_dm_request(user_id);
    const std::string name = what.what();
    const auto answer = co_await ask(std::move(what));
    if (answer.has_error()) co_return answer.error();
    const auto id = answer->find("id");
    if (!answer->is_object() || id == answer->end() || !id->is_string()) co_return unreadable(name, 200);
    co_return id->get<std::string>();
}

awaitable<rest_result<json>> rest::application() {
    return ask(application_request());
}

awaitable<rest_result<json>> rest::commands(std::string application_id) {
    return ask(commands_request(application_id));
}

awaitable<rest_result<json>> rest::overwrite_commands(std::string application_id, json body) {
    return ask(overwrite_commands_request(application_id, body));
}

awaitable<rest_result<gateway_address>> rest::gateway_bot() {
    auto what = gateway_bot_request();
    const std::string name = what.what();
    const auto answer = co_await ask(std::move(what));
    if (answer.has_error()) co_return answer.error();
    const auto read = read_gateway_address(*answer);
    if (!read) co_return unreadable(name, 200);
    co_return *read;
}

}  // namespace slipway::discord
