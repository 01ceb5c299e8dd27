#include "adapters/discord/inbox.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;

namespace {

constexpr const char* interaction_kind_name = "discord_interaction";

std::string entry_text(const inbox::entry& one, const sealing& seals) {
    const interaction& what = one.what;
    json out;
    out["kind"] = what.kind == interaction_kind::press ? "press" : "command";
    out["sealed_token"] = seals.seal(what.token, token_purpose(what.id));
    out["application"] = what.application;
    out["channel"] = what.channel;
    out["guild"] = what.guild;
    out["user"] = what.user.id;
    out["user_name"] = what.user.name;
    out["roles"] = what.user.roles;
    out["command"] = what.command;
    out["options"] = what.options;
    out["button"] = what.button;
    out["received"] = one.received.ms;
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<inbox::entry> entry_of(const document& kept, const sealing& seals) {
    try {
        const json from = json::parse(kept.body);
        inbox::entry one;
        one.what.id = kept.id;
        one.what.kind = from.at("kind") == "press" ? interaction_kind::press : interaction_kind::command;
        const auto token = seals.open(from.at("sealed_token").get<std::string>(), token_purpose(kept.id));
        if (!token) return std::nullopt;
        one.what.token = token->reveal();
        from.at("application").get_to(one.what.application);
        from.at("channel").get_to(one.what.channel);
        from.at("guild").get_to(one.what.guild);
        from.at("user").get_to(one.what.user.id);
        from.at("user_name").get_to(one.what.user.name);
        from.at("roles").get_to(one.what.user.roles);
        from.at("command").get_to(one.what.command);
        from.at("options").get_to(one.what.options);
        from.at("button").get_to(one.what.button);
        from.at("received").get_to(one.received.ms);
        return one;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace

sealed_for token_purpose(const std::string& id) {
    sealed_for purpose;
    purpose.what = sealed_kind::interaction_token;
    purpose.name = id;
    return purpose;
}

awaitable<result<bool>> inbox::add(entry one) {
    document kept;
    kept.kind = interaction_kind_name;
    kept.id = one.what.id;
    kept.body = entry_text(one, seals_);
    return kept_.add(std::move(kept));
}

awaitable<result<void>> inbox::remove(std::string id) { return kept_.remove(interaction_kind_name, std::move(id)); }

awaitable<result<std::vector<inbox::entry>>> inbox::left_over() {
    auto kept = co_await kept_.all(interaction_kind_name);
    if (!kept) co_return kept.error();
    std::vector<entry> entries;
    for (const document& one : *kept) {
        auto read = entry_of(one, seals_);
        if (read) {
            entries.push_back(*std::move(read));
            continue;
        }
        auto removed = co_await kept_.remove(one.kind, one.id);
        if (!removed) co_return removed.error();
    }
    co_return entries;
}

}  // namespace slipway::discord
