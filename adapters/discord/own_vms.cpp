#include "adapters/discord/own_vms.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace slipway::discord {

using service::answering;
using service::stream_view;

namespace {

bool is_equal_but_for_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_called(const stream_view& vm, const std::string& text) {
    const server_reference* server = vm.state.data.known_server();
    return is_equal_but_for_case(vm.state.data.spec.name, text) || vm.stream.text == text ||
           (server && (is_equal_but_for_case(server->name, text) || (server->id && std::to_string(server->id) == text)));
}

answering<std::vector<stream_view>> vms_of(service::operations& service, person who, bool everybodys, bool live_only) {
    std::vector<stream_view> all;
    service::list_query query;
    query.kind = vm_kind;
    query.live_only = live_only;
    query.limit = service::largest_page;
    if (!everybodys) query.owner = actor_of(who);
    do {
        auto part = co_await service.list(query, origin_of(who));
        if (!part) co_return part.error();
        query.after = part->next;
        std::move(part->items.begin(), part->items.end(), std::back_inserter(all));
    } while (!query.after.empty());
    std::reverse(all.begin(), all.end());
    co_return all;
}

}  // namespace

std::string actor_of(const person& who) { return "discord:" + who.id; }

service::origin origin_of(const person& who) {
    service::origin from;
    from.actor = actor_of(who);
    return from;
}

std::string words_of(const service::failure& why) {
    std::string text = (why.kind == error_kind::unreachable ? "Hetzner does not answer at the moment, so nothing was done: " : "") + why.message;
    for (const service::field_error& one : why.fields)
        if (text.find(one.detail) == std::string::npos) text += (text.empty() ? "" : "; ") + one.detail;
    return text;
}

answering<std::vector<stream_view>> live_vms(service::operations& service, person who, bool everybodys) {
    return vms_of(service, std::move(who), everybodys, true);
}

answering<stream_view> find_vm(service::operations& service, person who, bool everybodys, std::string name_or_id) {
    struct where {
        bool everybodys;
        bool live_only;
    };
    // One's own before another's of the same name.
    constexpr std::array all{where{false, true}, where{true, true}, where{false, false}, where{true, false}};
    for (const where& one : all) {
        if (one.everybodys && !everybodys) continue;
        auto vms = co_await vms_of(service, who, one.everybodys, one.live_only);
        if (!vms) co_return vms.error();
        for (stream_view& vm : *vms)
            if (is_called(vm, name_or_id)) co_return std::move(vm);
    }
    service::failure none;
    none.kind = error_kind::not_found;
    none.message = everybodys ? "There is no VM " + name_or_id + "." : "You have no VM " + name_or_id + ".";
    co_return none;
}

}  // namespace slipway::discord
