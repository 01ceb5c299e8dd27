// slipway server create: checks the order, shows what it costs (--dry-run), writes it down, and waits for the VMs.
#include "adapters/cli/order.hpp"
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/session.hpp"
#include "engine/service/ordering.hpp"
#include "engine/service/catalog_rules.hpp"
#include "adapters/hetzner/wire.hpp"
#include "engine/runtime/cloud_config.hpp"
#include "engine/runtime/ownership.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>


namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

error unusable(const cloud_error& e) {
    const bool refused = e.failure == cloud_failure::unauthorized || e.failure == cloud_failure::forbidden;
    return make_error(refused ? error_kind::refused : error_kind::unreachable,
                      e.message + (refused ? " (check HCLOUD_TOKEN)" : ""));
}

// The request as it would be sent for the first candidate; what is made for each VM anew is named, not shown.
ordered_json request_of(const vm_spec& spec) {
    ssh_key_pair host_key;
    host_key.public_line = "ssh-ed25519 (made for this VM)";
    host_key.private_pem = "(made for this VM)";
    stream_id stream;
    stream.text = "(the VM's id)";
    new_server server;
    server.name = spec.name;
    server.server_type = spec.candidates.front().server_type;
    server.location = spec.candidates.front().location;
    server.image_id = spec.candidates.front().image_id;
    server.user_data = cloud_config(host_key, "ssh-ed25519 (slipway's own, until the VM is yours)", spec.app);
    server.labels = server_labels("(this installation's id)", stream, spec.labels);
    auto body = ordered_json::parse(hetzner::new_server_body(server).value_or("{}"), nullptr, false);
    body["ssh_keys"] = ordered_json::array({spec.key_name + " (MD5:" + spec.key_fingerprint + ")"});
    return body;
}

ordered_json amount_json(const catalog::amount& a) {
    ordered_json j = ordered_json::object();
    j["net"] = a.net;
    j["gross"] = a.gross;
    return j;
}

int show_order(invocation& in, const slipway::catalog& catalog, const vm_spec& spec,
               const std::vector<std::string>& names) {
    ordered_json offers = ordered_json::array();
    std::string lines;
    for (const candidate& c : spec.candidates) {
        const auto quote = service::price_of(catalog, c.server_type, c.location);
        ordered_json offer = ordered_json::object();
        offer["server_type"] = c.server_type;
        offer["location"] = c.location;
        offer["image_id"] = c.image_id;
        if (quote) {
            ordered_json price = ordered_json::object();
            price["currency"] = quote->currency;
            price["hourly"] = amount_json(quote->hourly);
            price["monthly"] = amount_json(quote->monthly);
            price["ipv4_included"] = quote->with_ipv4;
            offer["price"] = price;
            lines += fmt::format("  {} in {}: {} {} per hour, {} {} per month net ({} gross){}\n", c.server_type,
                                 c.location, quote->hourly.net, quote->currency, quote->monthly.net, quote->currency,
                                 quote->monthly.gross, quote->with_ipv4 ? ", IPv4 included" : "");
        } else {
            lines += fmt::format("  {} in {}: Hetzner names no price\n", c.server_type, c.location);
        }
        offers.push_back(offer);
    }
    const auto request = request_of(spec);
    if (in.typed.json) {
        ordered_json document = ordered_json::object();
        document["names"] = names;
        document["request"] = request;
        document["candidates"] = offers;
        in.out.result(document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
        return exit_done;
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    in.out.result(fmt::format("would create: {}\nprice of each, tried in this order (every started hour is billed):\n{}"
                              "POST /servers\n{}\n",
                              list, lines, request.dump(2)));
    return exit_done;
}

// What the VMs that were made cost, a line for each type and place.
std::string price_lines(const slipway::catalog& catalog, const std::vector<vm_view>& vms) {
    std::string lines;
    for (const vm_view& vm : vms) {
        const server_reference* server = vm.state.in("active") ? vm.state.data.known_server() : nullptr;
        const auto quote = server ? service::price_of(catalog, server->server_type, server->location) : std::nullopt;
        if (!quote) continue;
        const std::string line =
            fmt::format("{:<12} {} {} per hour, {} {} per month net ({} gross){}\n", "price", quote->hourly.net,
                        quote->currency, quote->monthly.net, quote->currency, quote->monthly.gross,
                        quote->with_ipv4 ? ", IPv4 included" : "");
        if (lines.find(line) == std::string::npos) lines += line;
    }
    return lines;
}

awaitable<int> create(session& s, const create_arguments& args, vm_spec spec) {
    invocation& in = s.in();
    const auto project = s.hetzner().project(hetzner::direct_project);
    if (!project) co_return complain(in.out, project.error());
    auto catalog = co_await (*project)->catalog();
    if (!catalog) co_return complain(in.out, unusable(catalog.error()));
    auto all = service::all_candidates(args.server_types.empty() ? in.settings.server_types : args.server_types,
                                      args.locations.empty() ? in.settings.locations : args.locations);
    auto chosen = service::choose(**catalog, std::move(all), spec.image, s.clock().now());
    if (!chosen) co_return complain(in.out, chosen.error());
    spec.candidates = *std::move(chosen);
    const auto names = service::names_of(args.name, args.count);
    spec.name = names.front();
    if (args.dry_run) co_return show_order(in, **catalog, spec, names);

    if (auto opened = s.open_engine(!args.wait); !opened) co_return complain(in.out, opened.error());
    std::vector<stream_id> ordered;
    int code = exit_done;
    for (const std::string& name : names) {
        spec.name = name;
        submission order;
        order.command = request_vm{spec, actor_name()};
        order.actor = actor_name();
        auto accepted = co_await s.engine().submit(std::move(order));
        if (!accepted) {
            code = complain(in.out, accepted.error());
            break;
        }
        ordered.push_back(accepted->stream);
    }
    if (ordered.empty()) co_return code;
    const auto vms = co_await s.settle(std::move(ordered));
    if (!args.wait) in.out.note("ordered; create it with: slipway server resume");
    const int outcome = args.wait ? report(in, vms, {"active"}) : report(in, vms, {"accepted"});
    if (!in.typed.json && args.wait) in.out.result(price_lines(**catalog, vms));
    co_return code != exit_done ? code : outcome;
}

}  // namespace

int server_create(invocation& in, const create_arguments& args) {
    auto spec = spec_of(args, in.settings, in.environment.text("HOME").value_or(""));
    if (!spec) return complain(in.out, spec.error());
    session s(in);
    if (auto opened = s.open_hetzner(); !opened) return complain(in.out, opened.error());
    return s.run([&](session& running) { return create(running, args, *spec); });
}

}  // namespace slipway::cli
