// What the running bot does with an interaction (bot_session.hpp).
#include "adapters/discord/bot_session.hpp"
#include "adapters/discord/cards.hpp"
#include "adapters/discord/chat_text.hpp"
#include "adapters/discord/own_vms.hpp"
#include "adapters/discord/suggestions.hpp"
#include "engine/base/terminal_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

enum response_type { message_with_source = 4, deferred_message = 5, update_message = 7, autocomplete_result = 8 };

constexpr milliseconds token_life = std::chrono::minutes{15};
constexpr milliseconds first_pause_to_deliver{1000}, longest_pause_to_deliver{20'000};

json response(response_type type, json data) {
    json out;
    out["type"] = static_cast<int>(type);
    if (!data.is_null()) out["data"] = std::move(data);
    return out;
}

json deferred(bool ephemeral) {
    json data;
    if (ephemeral) data["flags"] = ephemeral_flag;
    return response(deferred_message, std::move(data));
}

std::string who_words(const interaction& what) {
    return fmt::format("{} ({}){}", with_visible_controls(cut(what.user.name, 100)), what.user.id, what.in_guild() ? " in guild " + what.guild : " in a DM");
}

bool is_over(const rest_error& why) {
    return why.failure == rest_failure::expired || why.failure == rest_failure::unknown_interaction ||
           why.failure == rest_failure::unknown_message;
}

}  // namespace

void bot_session::interaction(json payload) {
    arrival when;
    when.steady = with_.clock.steady();
    when.at = with_.clock.now();
    auto what = parse_interaction(payload);
    if (!what) {
        complain("Discord sent " + what.error().message + ", which is passed over");
        return;
    }
    if (is_new(what->id)) begin(handle(*std::move(what), when));
}

awaitable<void> bot_session::handle(discord::interaction what, arrival when) {
    if (what.kind == interaction_kind::typing) {
        co_await suggest(std::move(what), when);
        co_return;
    }
    if (!access_.allows(what)) {
        complain(fmt::format("Discord: {} may not use the bot and was refused {}", who_words(what),
                             what.kind == interaction_kind::command ? "/" + what.command : "a button"));
        co_await say_only(std::move(what), when, "You may not use this bot. Its owner decides who may.");
        co_return;
    }
    if (what.kind == interaction_kind::command)
        co_await command(std::move(what), when);
    else if (what.kind == interaction_kind::press)
        co_await press(std::move(what), when);
    else
        co_await say_only(std::move(what), when, "This is not known here.");
}

awaitable<void> bot_session::suggest(discord::interaction what, arrival when) {
    std::vector<suggestion> all;
    if (access_.allows(what) && what.focused == "server") {
        const auto vms = co_await live_vms(with_.service, what.user, access_.is_owner(what.user));
        if (vms) all = from_vms(*vms);
    } else if (access_.allows(what)) {
        const auto known = with_.service.known_catalog({});
        if (known) all = from_catalog(*known, what.focused);
    }
    json choices = response(autocomplete_result, matching(all, what.option(what.focused)));
    // One that comes too late is of no use to anybody.
    co_await api_.acknowledge(what.id, what.token, std::move(choices), when.steady);
}

awaitable<void> bot_session::say_only(discord::interaction what, arrival when, std::string text) {
    json card = text_card(text);
    card["flags"] = ephemeral_flag;
    json said = response(message_with_source, std::move(card));
    co_await api_.acknowledge(what.id, what.token, std::move(said), when.steady);
}

// Whether it may be carried out: it is noted, and Discord has accepted the acknowledgement.
awaitable<bot_session::accepted> bot_session::accept(inbox::entry one, arrival when, json acknowledgement) {
    const auto added = co_await inbox_.add(one);
    if (!added) {
        complain("Discord: a command cannot be written down and is refused: " + added.error().message);
        co_await say_only(one.what, when, "This cannot be written down at the moment, so nothing is done. Try again later.");
        co_return accepted::no;
    }
    if (!*added) co_return accepted::no;
    const auto taken = co_await api_.acknowledge(one.what.id, one.what.token, std::move(acknowledgement), when.steady);
    if (taken) co_return accepted::yes;
    // It may have arrived all the same.
    if (taken.error().failure == rest_failure::lost || taken.error().failure == rest_failure::server_error)
        co_return accepted::unknown;
    co_await inbox_.remove(one.what.id);
    if (taken.error().failure == rest_failure::already_acknowledged)
        complain("Discord: a command had been answered already: by this bot just before it was started again, or by another process "
                 "with the same DISCORD_TOKEN");
    else
        complain(fmt::format("Discord: a command of {} was not carried out, since it could not be acknowledged in time: {}",
                             who_words(one.what), taken.error().message));
    co_return accepted::no;
}

awaitable<void> bot_session::command(discord::interaction what, arrival when) {
    inbox::entry one;
    one.what = std::move(what);
    one.received = when.at;
    const accepted taken = co_await accept(one, when, deferred(one.what.in_guild()));
    if (taken == accepted::yes) co_await answer(std::move(one));
    else if (taken == accepted::unknown) co_await take_up(std::move(one));
}

awaitable<void> bot_session::press(discord::interaction what, arrival when) {
    const auto button = pressed_button(what.button);
    const std::string refused =
        button ? batches_.take(button->batch, what.user) : "This button is not known here any more. Nothing was changed.";
    if (!refused.empty()) {
        co_await say_only(std::move(what), when, refused);
        co_return;
    }
    inbox::entry one;
    one.what = std::move(what);
    one.received = when.at;
    json shown = response(update_message, batches_.acknowledgement(button->batch, button->yes));
    const accepted taken = co_await accept(one, when, std::move(shown));
    if (taken == accepted::yes) co_await answer(std::move(one));
    else if (taken == accepted::unknown) co_await take_up(std::move(one));
    else batches_.give_back(button->batch);
}

awaitable<void> bot_session::answer(inbox::entry one) {
    const std::string id = one.what.id;
    if (one.what.kind == interaction_kind::press) {
        if (const auto button = pressed_button(one.what.button))
            co_await batches_.answer(button->batch, button->yes, one.what, one.received);
    } else {
        auto all = co_await answers_.to(one.what, one.received);
        co_await deliver(one.what, one.received, std::move(all));
        batches_.asked_too_late(id);
    }
    const auto removed = co_await inbox_.remove(id);
    if (!removed) complain("Discord: a command that is done cannot be crossed out: " + removed.error().message);
}

// Until Discord has it, or the token is over.
awaitable<bool> bot_session::deliver(discord::interaction what, timestamp received, answers::messages all) {
    bool first = true;
    for (json& body : all) {
        for (milliseconds pause = first_pause_to_deliver;; pause = std::min(pause * 2, longest_pause_to_deliver)) {
            if (!first && what.in_guild()) body["flags"] = ephemeral_flag;
            auto sending = first ? api_.edit_original(what.application, what.token, body)
                                 : api_.follow_up(what.application, what.token, body);
            const auto sent = co_await std::move(sending);
            if (sent) break;
            if (is_over(sent.error()) || sent.error().failure == rest_failure::invalid ||
                with_.clock.now() - received > token_life) {
                complain(fmt::format("Discord: {} could not be answered: {}", who_words(what), sent.error().message));
                co_return false;
            }
            co_await with_.clock.sleep(pause);
        }
        first = false;
    }
    co_return true;
}

// Whether its acknowledgement arrived is not known: only then there is a message to be found.
awaitable<void> bot_session::take_up(inbox::entry one) {
    const auto button = pressed_button(one.what.button);
    for (milliseconds pause = first_pause_to_deliver;; pause = std::min(pause * 2, longest_pause_to_deliver)) {
        if (with_.clock.now() - one.received > token_life) break;
        const auto there = co_await api_.original(one.what.application, one.what.token);
        if (there) {
            co_await answer(std::move(one));
            co_return;
        }
        if (is_over(there.error())) break;
        co_await with_.clock.sleep(pause);
    }
    // It was not accepted, or nobody can be told any more: the question stays, and ends in its time.
    if (button) batches_.give_back(button->batch);
    co_await inbox_.remove(one.what.id);
}

}  // namespace slipway::discord
