#include "adapters/discord/shown_message.hpp"

#include "adapters/discord/inbox.hpp"
#include "adapters/discord/payload.hpp"

#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;

namespace {

// Discord takes a token for fifteen minutes.
constexpr std::chrono::milliseconds edit_token_life = std::chrono::minutes{14} + std::chrono::seconds{30};

bool is_gone(const rest_error& why) {
    return why.failure == rest_failure::expired || why.failure == rest_failure::unknown_interaction ||
           why.failure == rest_failure::unknown_message || why.failure == rest_failure::forbidden ||
           why.failure == rest_failure::invalid;
}

shown what_comes_of(const rest_error& why) { return is_gone(why) ? shown::nowhere : shown::later; }

}  // namespace

awaitable<shown> shown_message::show(shown_at& at, std::string user, std::string mark, json body, json for_others) {
    if (at.in_channel) {
        const json& said = at.others_see ? for_others : body;
        const auto edited = co_await api_.edit_message(at.channel, at.message, said);
        if (edited) co_return shown::yes;
        const bool deleted = edited.error().failure == rest_failure::unknown_message;
        if (!deleted || at.others_see) co_return what_comes_of(edited.error());
        co_return co_await elsewhere(at, std::move(user), std::move(mark), std::move(body), std::move(for_others));
    }
    const auto age = clock_.now() - at.token_since;
    if (age >= std::chrono::milliseconds{0} && age < edit_token_life) {
        const shown done = co_await with_token(at, body);
        if (done != shown::nowhere) co_return done;
    }
    // One that is not ephemeral is the bot's own message, which it may edit for good.
    if (!at.ephemeral && !at.message.empty()) {
        const auto edited = co_await api_.edit_message(at.channel, at.message, body);
        if (edited) {
            at.in_channel = true;
            co_return shown::yes;
        }
        if (!is_gone(edited.error())) co_return shown::later;
    }
    co_return co_await elsewhere(at, std::move(user), std::move(mark), std::move(body), std::move(for_others));
}

awaitable<shown> shown_message::with_token(shown_at& at, json body) {
    const auto token = seals_.open(at.sealed_token, token_purpose(at.token_of));
    if (!token) co_return shown::nowhere;
    std::string revealed(token->reveal());
    const auto edited = co_await api_.edit_original(at.application, std::move(revealed), std::move(body));
    if (!edited) co_return what_comes_of(edited.error());
    if (at.message.empty()) at.message = text_of(edited->body, "id");
    co_return shown::yes;
}

// In the DM, which is the person's alone; where that is closed in the channel, where others read along.
awaitable<shown> shown_message::elsewhere(shown_at& at, std::string user, std::string mark, json body, json for_others) {
    auto dm = co_await api_.open_dm(std::move(user));
    if (!dm && !is_gone(dm.error())) co_return shown::later;
    if (dm) {
        const shown sent = co_await send(at, *std::move(dm), mark, std::move(body));
        if (sent != shown::nowhere) co_return sent;
    }
    if (!at.ephemeral) co_return shown::nowhere;  // the DM was the channel
    const shown sent = co_await send(at, at.channel, mark, std::move(for_others));
    if (sent == shown::yes) at.others_see = true;
    co_return sent;
}

awaitable<shown> shown_message::send(shown_at& at, std::string channel, std::string mark, json body) {
    body["nonce"] = mark;
    body["enforce_nonce"] = true;
    const auto sent = co_await api_.send_message(channel, std::move(body));
    if (!sent) co_return what_comes_of(sent.error());
    at.channel = std::move(channel);
    at.message = text_of(sent->body, "id");
    at.in_channel = true;
    co_return shown::yes;
}

}  // namespace slipway::discord
