// slipway server create, list, show and delete through a daemon, with the output that they have without one.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/order.hpp"
#include "adapters/cli/outcome.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

std::string path_of(const std::string& name_or_id) {
    return "/v1/vms/" + net::percent_encode(name_or_id);
}

awaitable<int> create(market_session& s, std::string body, const create_arguments& args) {
    s.ordered("slipway server list");
    const auto answer = co_await s.ask("POST", "/v1/vms", std::move(body));
    if (!answer.good()) co_return answer.code;
    std::vector<std::string> streams;
    for (const ordered_json& vm : answer.document["vms"]) streams.push_back(text_of(vm, "id"));
    const auto rested = co_await s.rest(std::move(streams), args.wait);
    if (rested.code != 0) co_return rested.code;
    if (args.wait) co_return report(s.in(), rested.views, {"active"});
    s.in().out.note("ordered; the daemon creates it");
    co_return report(s.in(), rested.views,
                     {"accepted", "key_created", "server_created", "ssh_ready", "recipe_run", "active"});
}

awaitable<int> list(market_session& s, bool all) {
    auto answer = co_await s.ask("GET", "/v1/vms");
    if (!answer.good()) co_return answer.code;
    ordered_json shown = ordered_json::array();
    for (ordered_json& vm : answer.document["vms"])
        if (all || text_of(vm, "state") != "terminated") shown.push_back(std::move(vm));
    if (s.in().typed.json)
        s.in().out.result(document_text(shown));
    else if (shown.empty())
        s.in().out.note("no VMs; create one with: slipway server create NAME");
    else
        s.in().out.result(vm_table(shown, s.clock().now()));
    co_return exit_done;
}

awaitable<int> show(market_session& s, const std::string& vm) {
    const auto answer = co_await s.ask("GET", path_of(vm));
    if (!answer.good()) co_return answer.code;
    if (s.in().typed.json) {
        s.in().out.result(document_text(answer.document));
        co_return exit_done;
    }
    std::vector<std::string> streams(1, text_of(answer.document, "id"));
    const auto now = co_await s.rest(std::move(streams), false);
    if (now.code != 0) co_return now.code;
    s.in().out.result(details_of(now.views.front()));
    co_return exit_done;
}

awaitable<int> remove(market_session& s, const std::string& vm) {
    const auto before = co_await s.ask("GET", path_of(vm));
    if (!before.good()) co_return before.code;
    const std::string name = text_of(before.document, "name"), id = text_of(before.document, "id");
    const std::string server = text_of(before.document, "server_id");
    if (!s.in().typed.yes && s.in().out.asks()) {
        const std::string what = server.empty() ? name : name + " (server " + server + ")";
        if (!s.in().out.confirm("Delete " + what + " and everything on it?")) {
            s.in().out.note("nothing was deleted");
            co_return exit_done;
        }
    }
    const bool marked = co_await s.mark(id);
    if (!marked) co_return exit_unreachable;
    s.ordered("slipway server show " + id);
    const auto answer = co_await s.ask("DELETE", path_of(id));
    if (!answer.good()) co_return answer.code;
    std::vector<std::string> streams(1, id);
    const auto rested = co_await s.rest(std::move(streams), true);
    if (rested.code != 0) co_return rested.code;
    co_return report(s.in(), rested.views, {"terminated"});
}

// What the API takes of one each.
result<void> only_one(const std::vector<std::string>& given, const char* option) {
    if (given.size() < 2) return {};
    return make_error(error_kind::usage, std::string("a daemon takes one ") + option + ", not several; SLIPWAY_" +
                                             (std::string_view(option) == "--location" ? "LOCATIONS" : "SERVER_TYPES") +
                                             " of its configuration may name several");
}

}  // namespace

int remote_create(invocation& in, const create_arguments& args) {
    if (args.dry_run)
        return complain(in.out, make_error(error_kind::usage,
                                           "--dry-run asks Hetzner itself: leave the daemon (--api, "
                                           "SLIPWAY_API) out"));
    if (auto one = only_one(args.server_types, "--server-type"); !one) return complain(in.out, one.error());
    if (auto one = only_one(args.locations, "--location"); !one) return complain(in.out, one.error());
    const auto spec = spec_of(args, in.settings, in.environment.text("HOME").value_or(""));
    if (!spec) return complain(in.out, spec.error());
    ordered_json body = ordered_json::object();
    body["name"] = args.name;
    if (!args.server_types.empty()) body["server_type"] = args.server_types.front();
    if (!args.locations.empty()) body["location"] = args.locations.front();
    if (!args.image.empty()) body["image"] = args.image;
    body["app"] = args.app;
    if (!spec->recipe.empty()) body["recipe_script"] = spec->recipe;
    body["ssh_pubkey"] = spec->public_key;
    body["count"] = args.count;
    if (!args.labels.empty()) body["labels"] = args.labels;
    market_session s(in);
    return s.run([&](market_session& running) {
        return create(running, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace), args);
    });
}

int remote_list(invocation& in, const list_arguments& args) {
    market_session s(in);
    return s.run([&](market_session& running) { return list(running, args.all); });
}

int remote_show(invocation& in, const show_arguments& args) {
    market_session s(in);
    return s.run([&](market_session& running) { return show(running, args.vm); });
}

int remote_delete(invocation& in, const delete_arguments& args) {
    market_session s(in);
    return s.run([&](market_session& running) { return remove(running, args.vm); });
}

}  // namespace slipway::cli
