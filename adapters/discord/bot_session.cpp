#include "adapters/discord/bot_session.hpp"

#include "adapters/discord/cards.hpp"
#include "adapters/discord/commands.hpp"
#include "adapters/discord/guarded.hpp"
#include "adapters/discord/payload.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_pause_to_sign_on{1000}, longest_pause_to_sign_on{60'000};
constexpr const char* gateway_kind = "discord_gateway";
constexpr const char* gateway_id = "session";

rest_settings rest_settings_of(const bot_settings& from) {
    rest_settings out;
    out.base = from.base;
    out.bot_token = secret(std::string(from.token.reveal()));
    out.tls = from.tls;
    return out;
}

}  // namespace

bot_session::bot_session(const bot_settings& settings, const bot::parts& with)
    : settings_(settings), with_(with), tasks_(with.executor), api_(rest_settings_of(settings), with.clock, with.random),
      inbox_(with.kept, with.seals), batches_(with_, api_, tasks_, settings.quota),
      answers_(with.service, batches_, access_, with.seals, settings.quota) {
    access_.users = settings.users;
    access_.roles = settings.roles;
}

awaitable<void> bot_session::run() {
    const auto left = co_await what_was_left();
    begin(know_the_catalog());
    const bool is_on = co_await sign_on();
    // Everything else goes on, and nobody has to come back here.
    while (!is_on) co_await with_.clock.sleep(std::chrono::hours{24});
    for (const inbox::entry& one : left) begin(take_up(one));
    begin(keep_session());
    gateway_settings gateway_with;
    gateway_with.bot_token = secret(std::string(settings_.token.reveal()));
    gateway_with.tls = settings_.tls;
    auto kept = co_await kept_session();
    gateway_listener& told = *this;
    gateway_ = std::make_unique<gateway>(std::move(gateway_with), api_, with_.clock, with_.random, told, std::move(kept));
    co_await gateway_->run();
    // Stopped by Discord: what is being made goes on being shown, as far as Discord lets us.
    for (;;) co_await with_.clock.sleep(std::chrono::hours{24});
}

// Until it is read: whatever was acknowledged must be found before anything new is taken.
awaitable<std::vector<inbox::entry>> bot_session::what_was_left() {
    for (milliseconds pause = first_pause_to_sign_on;; pause = std::min(pause * 2, longest_pause_to_sign_on)) {
        auto left = co_await inbox_.left_over();
        if (left) {
            std::set<std::string> answered;
            for (const inbox::entry& one : *left)
                if (const auto button = pressed_button(one.what.button)) answered.insert(button->batch);
            const auto resumed = co_await batches_.resume(std::move(answered));
            if (resumed) {
                for (const inbox::entry& one : *left) is_new(one.what.id);
                co_return *std::move(left);
            }
            complain("Discord: what went on before cannot be read, and is tried again: " + resumed.error().message);
        } else {
            complain("Discord: commands of an earlier process cannot be read, and are tried again: " + left.error().message);
        }
        co_await with_.clock.sleep(pause);
    }
}

void bot_session::begin(awaitable<void> work) {
    tasks_.spawn(guarded(std::move(work), [this](const std::string& sentence) { complain(sentence); }));
}

// False: Discord refuses the token.
awaitable<bool> bot_session::sign_on() {
    bool said = false;
    for (milliseconds pause = first_pause_to_sign_on;; pause = std::min(pause * 2, longest_pause_to_sign_on)) {
        auto application = co_await api_.application();
        rest_error why;
        if (application) {
            access_.owners = owners_of(*application);
            if (!text_of(*application, "interactions_endpoint_url").empty())
                complain("Discord sends this application's interactions to its Interactions Endpoint URL, and none to the bot: "
                         "clear that field in the Developer Portal");
            auto registered = co_await register_commands(text_of(*application, "id"));
            if (registered) co_return true;
            why = registered.error();
        } else {
            why = application.error();
        }
        if (why.failure == rest_failure::unauthorized) {
            complain("Discord refuses DISCORD_TOKEN: the bot does not run; set the token that the Developer Portal shows and "
                     "restart. Everything else goes on");
            co_return false;
        }
        if (!said) complain("Discord cannot be used at the moment, and is tried again: " + why.message);
        said = true;
        co_await with_.clock.sleep(std::max(pause, why.wait));
    }
}

awaitable<rest_result<void>> bot_session::register_commands(std::string application) {
    const auto there = co_await api_.commands(application);
    if (!there) co_return there.error();
    if (are_registered(*there)) co_return rest_result<void>();
    auto made = co_await api_.overwrite_commands(std::move(application), all_commands());
    if (!made) co_return made.error();
    say("Discord: the commands were registered");
    co_return rest_result<void>();
}

// So that it can be offered while somebody types.
awaitable<void> bot_session::know_the_catalog() {
    service::origin from;
    from.actor = "discord";
    for (;;) {
        const auto read = co_await with_.service.catalog(std::string(), from);
        const milliseconds until_next = read ? std::chrono::minutes{60} : std::chrono::minutes{1};
        co_await with_.clock.sleep(until_next);
    }
}

awaitable<std::optional<gateway_session>> bot_session::kept_session() {
    const auto all = co_await with_.kept.all(gateway_kind);
    std::optional<gateway_session> kept;
    if (!all || all->empty()) co_return kept;
    const json from = json::parse(all->front().body, nullptr, false);
    gateway_session one;
    one.id = text_of(from, "id");
    one.resume_url = text_of(from, "resume_url");
    if (const json& seq = member(from, "seq"); seq.is_number_unsigned()) one.seq = seq.get<std::uint64_t>();
    if (!one.id.empty()) kept = std::move(one);
    co_return kept;
}

awaitable<void> bot_session::keep_session() {
    for (;;) {
        while (session_is_kept_) co_await session_news_.wait();
        session_is_kept_ = true;
        if (session_) {
            json body;
            body["id"] = session_->id;
            body["resume_url"] = session_->resume_url;
            body["seq"] = session_->seq;
            document kept;
            kept.kind = gateway_kind;
            kept.id = gateway_id;
            kept.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
            co_await with_.kept.put(std::move(kept));
        } else {
            co_await with_.kept.remove(gateway_kind, gateway_id);
        }
        co_await with_.clock.sleep(std::chrono::seconds{1});
    }
}

void bot_session::session_changed(const std::optional<gateway_session>& now) {
    session_ = now;
    session_is_kept_ = false;
    session_news_.notify_all();
}

void bot_session::ready(json) { say("Discord: the bot is ready"); }

void bot_session::trouble(std::string sentence) { complain("Discord: " + sentence); }

void bot_session::stopped(int, std::string sentence) { complain("Discord: the bot has stopped: " + sentence); }

bool bot_session::is_new(const std::string& id) {
    constexpr std::size_t most = 2000;
    if (!seen_.insert(id).second) return false;
    seen_in_order_.push_back(id);
    if (seen_in_order_.size() > most) {
        seen_.erase(seen_in_order_.front());
        seen_in_order_.pop_front();
    }
    return true;
}

}  // namespace slipway::discord
