#include "adapters/discord/answers.hpp"

#include "adapters/discord/cards.hpp"
#include "adapters/discord/inbox.hpp"
#include "adapters/discord/chat_text.hpp"
#include "adapters/discord/own_vms.hpp"
#include "adapters/discord/suggestions.hpp"
#include "engine/model/codec.hpp"
#include "engine/service/event_words.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace slipway::discord {

using boost::asio::awaitable;
using nlohmann::json;

namespace {

constexpr std::size_t piece = 1900;

answers::messages one_message(json body) {
    answers::messages all;
    all.push_back(std::move(body));
    return all;
}

answers::messages sentence_message(const std::string& text) { return one_message(text_card(escaped(cut(text, piece)))); }

answers::messages refusal_message(const service::failure& why) { return sentence_message(words_of(why)); }

answers::messages listing(const std::string& heading, const std::vector<std::string>& lines) {
    answers::messages all;
    std::vector<std::string> with_heading{heading};
    with_heading.insert(with_heading.end(), lines.begin(), lines.end());
    for (const std::string& text : in_pieces(with_heading, piece)) all.push_back(text_card(text));
    return all;
}

std::vector<std::string> lines_of(const std::vector<cloud_resource>& all) {
    std::vector<std::string> lines;
    for (const cloud_resource& one : all)
        lines.push_back(fmt::format("{} `{}`{}", escaped(cut(one.name, 150)), one.id,
                                    one.detail.empty() ? "" : " · " + escaped(cut(one.detail, 150))));
    return lines;
}

// An id, or a name of one of these; 0 for "none". Nothing where it is neither.
std::optional<std::int64_t> chosen_id(const std::string& text, const std::vector<cloud_resource>& among) {
    if (text == "none") return 0;
    for (const cloud_resource& one : among)
        if (one.name == text) return one.id;
    std::int64_t id = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (wrong != std::errc() || end != text.data() + text.size() || id <= 0) return std::nullopt;
    return id;
}

std::string default_line(const char* what, const std::optional<std::int64_t>& id) {
    return fmt::format("{}: {}", what, !id ? "none set" : *id == 0 ? "none" : "`" + std::to_string(*id) + "`");
}

}  // namespace

awaitable<answers::messages> answers::to(interaction what, timestamp received) {
    const std::string name = what.command;
    if (name == "create") co_return co_await create(std::move(what), received);
    if (name == "delete") co_return co_await remove(std::move(what), received);
    if (name == "s") co_return co_await show(std::move(what));
    if (name == "list") co_return co_await list(std::move(what));
    if (name == "log") co_return co_await timeline(std::move(what));
    if (name == "refresh") co_return co_await refresh(std::move(what));
    if (name == "setdefaults") co_return co_await set_defaults(std::move(what));
    if (name == "images" || name == "locations" || name == "networks" || name == "sshkeys" || name == "firewalls")
        co_return co_await resources(std::move(what));
    co_return sentence_message("This command is not known here any more. Reload Discord and try again.");
}

awaitable<answers::messages> answers::show(interaction what) {
    const auto vm = co_await find_vm(service_, what.user, sees_all(what), what.option("server"));
    if (!vm) co_return refusal_message(vm.error());
    co_return one_message(vm_card(*vm));
}

awaitable<answers::messages> answers::list(interaction what) {
    const auto vms = co_await live_vms(service_, what.user, sees_all(what));
    if (!vms) co_return refusal_message(vms.error());
    if (vms->empty()) co_return one_message(text_card("You have no VMs. Make one with /create."));
    std::vector<std::string> lines;
    for (const service::stream_view& vm : *vms) lines.push_back(vm_line(vm, sees_all(what)));
    co_return listing("**VMs**", lines);
}

awaitable<answers::messages> answers::timeline(interaction what) {
    const auto vm = co_await find_vm(service_, what.user, sees_all(what), what.option("server"));
    if (!vm) co_return refusal_message(vm.error());
    service::events_query query;
    query.stream = vm->stream.text;
    query.limit = whole_stream;
    const auto records = co_await service_.events(std::move(query), origin_of(what.user));
    if (!records) co_return refusal_message(records.error());
    std::vector<std::string> lines;
    for (const event_record& record : *records) {
        const auto e = decode(record.type, record.schema_version, record.data);
        const std::string words = e ? service::past_tense(*e, record.at) : record.type;
        if (!words.empty()) lines.push_back(to_rfc3339(record.at).substr(0, 19) + "Z  " + cut(words, 300));
    }
    const std::string heading = "**" + escaped(cut(vm->state.data.spec.name, 63)) + "**";
    co_return one_message(code_card(heading, lines));
}

awaitable<answers::messages> answers::refresh(interaction what) {
    const auto now = co_await service_.refresh(std::string(), origin_of(what.user));
    if (!now) co_return refusal_message(now.error());
    co_return one_message(text_card(fmt::format(
        "Read from Hetzner: {} locations, {} server types, {} images for x86, {} networks, {} SSH keys, {} firewalls.",
        now->offers->locations.size(), now->offers->server_types.size(), images_for_x86(*now->offers).size(),
        now->networks.size(), now->ssh_keys.size(), now->firewalls.size())));
}

awaitable<answers::messages> answers::resources(interaction what) {
    const auto known = co_await service_.catalog(std::string(), origin_of(what.user));
    if (!known) co_return refusal_message(known.error());
    if (what.command == "networks") co_return listing("**Networks**", lines_of(known->networks));
    if (what.command == "sshkeys") co_return listing("**SSH keys**", lines_of(known->ssh_keys));
    if (what.command == "firewalls") co_return listing("**Firewalls**", lines_of(known->firewalls));
    std::vector<std::string> lines;
    if (what.command == "images") {
        for (const catalog::image* one : images_for_x86(*known->offers))
            lines.push_back("`" + in_code(image_value(*one)) + "` " + escaped(cut(one->description, 150)));
        co_return listing("**Images for x86**", lines);
    }
    for (const catalog::location& one : known->offers->locations)
        lines.push_back(fmt::format("`{}` {}, {}", in_code(one.name), escaped(one.city), escaped(one.country)));
    co_return listing("**Locations**", lines);
}

awaitable<answers::messages> answers::set_defaults(interaction what) {
    const service::origin from = origin_of(what.user);
    const auto before = co_await service_.defaults(from);
    if (!before) co_return refusal_message(before.error());
    service::defaults_input wanted;
    wanted.network = before->network;
    wanted.ssh_key = before->ssh_key;
    wanted.firewall = before->firewall;
    const auto known = co_await service_.catalog(std::string(), from);
    if (!known) co_return refusal_message(known.error());
    struct choice {
        const char* option;
        std::optional<std::int64_t>& into;
        const std::vector<cloud_resource>& among;
    };
    const choice choices[] = {{"network_id", wanted.network, known->networks},
                              {"ssh_key_id", wanted.ssh_key, known->ssh_keys},
                              {"firewall_id", wanted.firewall, known->firewalls}};
    bool any = false;
    for (const choice& one : choices) {
        const std::string text = what.option(one.option);
        if (text.empty()) continue;
        const auto id = chosen_id(text, one.among);
        if (!id) co_return sentence_message(text + " is no id: take one from the list that is shown while you type.");
        one.into = *id;
        any = true;
    }
    auto now = *before;
    if (any) {
        const auto set = co_await service_.set_defaults(wanted, from);
        if (!set) co_return refusal_message(set.error());
        now = *set;
    }
    co_return one_message(text_card("**Your defaults**, taken where there are several:\n" + default_line("network", now.network) +
                                    "\n" + default_line("SSH key", now.ssh_key) + "\n" +
                                    default_line("firewall", now.firewall)));
}

batch answers::batch_for(const interaction& what, timestamp received) const {
    batch b;
    b.id = what.id;
    b.user.id = what.user.id;
    b.user.name = what.user.name;
    b.where.application = what.application;
    b.where.token_of = what.id;
    b.where.sealed_token = seals_.seal(what.token, token_purpose(what.id));
    b.where.token_since = received;
    b.where.channel = what.channel;
    b.where.ephemeral = what.in_guild();
    b.asked_at = received;
    return b;
}

awaitable<answers::messages> answers::ask(batch b, json question) {
    const auto asked = co_await batches_.ask(std::move(b));
    if (!asked) co_return sentence_message("This cannot be written down at the moment, so nothing is done: " + asked.error().message);
    if (!*asked) co_return messages();
    co_return one_message(std::move(question));
}

awaitable<answers::messages> answers::remove(interaction what, timestamp received) {
    const auto vm = co_await find_vm(service_, what.user, sees_all(what), what.option("server"));
    if (!vm) co_return refusal_message(vm.error());
    const vm_state& state = vm->state;
    if (state.in("terminated") || (state.in("failed") && state.data.leaked.empty()))
        co_return sentence_message(state.data.spec.name + " is gone already.");
    batch b = batch_for(what, received);
    b.work = batch_work::remove;
    batch::vm one;
    one.name = state.data.spec.name;
    one.stream = vm->stream.text;
    b.vms.push_back(std::move(one));
    json question = removal_card(b, *vm);
    co_return co_await ask(std::move(b), std::move(question));
}

}  // namespace slipway::discord
