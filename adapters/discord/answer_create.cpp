// The answer to /create: a plan of what would be ordered, or why nothing can be.
#include "adapters/discord/answers.hpp"
#include "adapters/discord/cards.hpp"
#include "adapters/discord/commands.hpp"
#include "adapters/discord/chat_text.hpp"
#include "adapters/discord/own_vms.hpp"
#include "adapters/discord/suggestions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;

namespace {

answers::messages no(const std::string& why) {
    answers::messages all;
    all.push_back(text_card(escaped(cut(why, 1900))));
    return all;
}

// Which of several is the person's to say.
std::string with_advice(const service::failure& why) {
    const bool is_a_choice = std::any_of(why.fields.begin(), why.fields.end(), [](const service::field_error& one) {
        return (one.field == "network" || one.field == "firewalls" || one.field == "ssh_key") &&
               one.detail.find("has no ") == std::string::npos;
    });
    return words_of(why) + (is_a_choice ? "\nChoose yours once with /setdefaults, then /create again." : "");
}

std::optional<int> count_of(const std::string& text) {
    if (text.empty()) return 1;
    int count = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (wrong != std::errc() || end != text.data() + text.size() || count < 1 || count > most_vms_at_once) return std::nullopt;
    return count;
}

const catalog::image* find_image(const catalog& among, const std::string& text) {
    for (const catalog::image* one : images_for_x86(among))
        if (image_value(*one) == text || std::to_string(one->id) == text) return one;
    return nullptr;
}

std::string price_words(const service::quote& price) {
    return fmt::format("{} {} per hour, {} {} per month net ({} gross){}", price.hourly.net, price.currency, price.monthly.net,
                       price.currency, price.monthly.gross, price.with_ipv4 ? ", IPv4 included" : "");
}

std::string names_of_all(const std::vector<service::chosen_resource>& all) {
    std::string text;
    for (const service::chosen_resource& one : all) text += (text.empty() ? "" : ", ") + one.name;
    return text.empty() ? "none" : text;
}

}  // namespace

awaitable<answers::messages> answers::create(interaction what, timestamp received) {
    const service::origin from = origin_of(what.user);
    const auto count = count_of(what.option("count"));
    if (!count) co_return no(fmt::format("count is a number from 1 to {}.", most_vms_at_once));
    const auto live = co_await batches_.vms_of(what.user);
    if (!live) co_return no(words_of(live.error()));
    if (*live + *count > quota_)
        co_return no(fmt::format("You have {} VMs and may have {}: {} more are too many. Delete one with /delete first.", *live,
                                 quota_, *count));

    const auto known = co_await service_.catalog(std::string(), from);
    if (!known) co_return no(words_of(known.error()));
    const catalog::image* image = find_image(*known->offers, what.option("image"));
    if (!image) co_return no(what.option("image") + " is no image for x86: /images lists them.");

    service::vm_input input;
    input.name = what.option("name");
    input.locations.push_back(what.option("location"));
    input.image = image_value(*image);
    input.app = what.option("app").empty() ? "none" : what.option("app");
    input.count = *count;
    const auto plan = co_await service_.plan_vms(input, from);
    if (!plan) co_return no(with_advice(plan.error()));

    batch b = batch_for(what, received);
    b.location = input.locations.front();
    b.image = input.image;
    b.app = input.app;
    for (const service::order_plan::choice& one : plan->choices) {
        const auto* type = service::find_type(*known->offers, one.where.server_type);
        if (!type || type->architecture != "x86") continue;
        b.price += (b.price.empty() ? "" : "\n") + one.where.server_type + ": " +
                   (one.price ? price_words(*one.price) : "Hetzner names no price");
        b.server_types.push_back(one.where.server_type);
    }
    if (b.server_types.empty()) co_return no("No server type for x86 is set up here (SLIPWAY_SERVER_TYPES).");
    if (plan->network) b.network = plan->network->id;
    b.network_text = plan->network ? plan->network->name : "none";
    for (const service::chosen_resource& one : plan->firewalls) b.firewalls.push_back(one.id);
    b.firewall_text = names_of_all(plan->firewalls);
    b.ssh_key = plan->ssh_key ? plan->ssh_key->id : 0;
    b.key_text = plan->key;
    for (const std::string& name : plan->names) {
        batch::vm one;
        one.name = name;
        b.vms.push_back(std::move(one));
    }
    json question = plan_card(b, *live, quota_);
    co_return co_await ask(std::move(b), std::move(question));
}

}  // namespace slipway::discord
