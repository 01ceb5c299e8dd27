// /v1/vms: VMs that are requested directly, in the project of slipway's own configuration.
#include "adapters/api/fields.hpp"
#include "adapters/api/replies.hpp"
#include "adapters/api/routes.hpp"
#include "engine/base/host_name.hpp"
#include "engine/base/label.hpp"
#include "engine/service/resource_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace slipway::api {

using boost::asio::awaitable;
using net::http_reply;

namespace {

constexpr int most_vms = 100;
constexpr std::size_t most_labels = 64;

input<service::vm_input> read_vm(const net::http_request& request) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::vm_input out;
    out.name = from.text("name", need::required, {63, false});
    if (!out.name.empty() && !is_server_name(out.name))
        from.wrong("name", "A name is 1 to 63 letters, digits and \"-\", with dots between its parts; no part begins or ends with \"-\".");
    out.server_types = names_field(from, "server_type", need::optional);
    out.locations = names_field(from, "location", need::optional);
    out.image = name_field(from, "image", need::optional);
    const std::string app = from.text("app", need::optional, {32, false});
    static constexpr std::array<std::string_view, 3> apps{"none", "coolify", "wireguard"};
    if (!app.empty() && std::find(apps.begin(), apps.end(), app) == apps.end())
        from.wrong("app", "This must be one of none, coolify and wireguard.");
    if (!app.empty()) out.app = app;
    out.recipe = recipe_field(from);
    out.ssh_key_id = from.number("ssh_key", 1, largest_resource_id);
    if (!out.ssh_key_id)
        out.public_key = key_field(from);
    else if (!from.text("ssh_pubkey", need::optional, {16 * 1024, true}).empty())
        from.wrong("ssh_key", "There is a key in ssh_pubkey already: give one of both.");
    out.network = from.resource_or_none("network");
    out.firewalls = from.resources("firewalls", service::most_firewalls);
    out.key_name = from.text("ssh_key_name", need::optional, {64, false});
    out.count = static_cast<int>(from.number("count", 1, most_vms).value_or(1));
    out.labels = from.texts("labels", most_labels);
    for (const auto& [key, value] : out.labels)
        if (!is_label_key(key) || !is_label_value(value))
            from.wrong("labels",
                       "Keys and values are letters, digits, \".\", \"_\" and \"-\"; a value has at most 63.");
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

}  // namespace

awaitable<http_reply> request_vms(exchange& asked) {
    auto input = read_vm(asked.request);
    if (!input) co_return input.error().answer;
    const std::string plan = asked.parameter("plan").value_or("false");
    if (plan != "true" && plan != "false") co_return bad_parameter("plan", "This must be true or false.");
    if (plan == "true") {
        const auto planned = co_await asked.service.plan_vms(*std::move(input), asked.from);
        co_return shown(200, planned);
    }
    const auto requested = co_await asked.service.request_vms(*std::move(input), asked.from);
    if (!requested) co_return problem_of(requested.error());
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const service::stream_view& one : *requested) list.push_back(to_json(one));
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    document["vms"] = std::move(list);
    co_return json_reply(202, document);
}

awaitable<http_reply> get_vm(exchange& asked) {
    const auto found = co_await asked.service.find(std::string(vm_kind), asked.id, asked.from);
    co_return shown(200, found);
}

awaitable<http_reply> list_vms(exchange& asked) {
    auto query = read_list_query(asked, vm_kind);
    if (!query) co_return query.error().answer;
    const auto found = co_await asked.service.list(*std::move(query), asked.from);
    co_return listed("vms", found);
}

awaitable<http_reply> end_vm(exchange& asked) {
    const auto ended = co_await asked.service.end_vm(asked.id, asked.from);
    co_return shown(202, ended);
}

}  // namespace slipway::api
