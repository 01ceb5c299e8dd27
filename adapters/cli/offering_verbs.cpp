// slipway offering: define, list, show.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/order.hpp"
#include "adapters/composition/store.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

std::string path_of(const std::string& id) {
    return "/v1/offerings/" + net::percent_encode(id);
}

int shown(invocation& in, const ordered_json& offering) {
    in.out.result(in.typed.json ? document_text(offering) : offering_details(offering));
    return exit_done;
}

awaitable<int> one(market_session& s, std::string method, std::string id, std::string body) {
    const auto answer = co_await s.ask(std::move(method), path_of(id), std::move(body));
    co_return answer.good() ? shown(s.in(), answer.document) : answer.code;
}

awaitable<int> list(market_session& s) {
    const auto answer = co_await s.ask("GET", "/v1/offerings");
    if (!answer.good()) co_return answer.code;
    const ordered_json& offerings = answer.document["offerings"];
    if (s.in().typed.json)
        s.in().out.result(document_text(offerings));
    else if (offerings.empty())
        s.in().out.note("no offerings; define one with: slipway offering define ID");
    else
        s.in().out.result(offering_table(offerings));
    co_return exit_done;
}

}  // namespace

int offering_define(invocation& in, const offering_define_arguments& args) {
    const auto recipe = read_recipe(args.recipe_file);
    if (!recipe) return complain(in.out, recipe.error());
    ordered_json config = ordered_json::object();
    config["server_type"] = args.server_type;
    config["location"] = args.location;
    config["image"] = args.image;
    ordered_json body = ordered_json::object();
    body["provider"] = args.provider;
    body["infra_backend"] = "hetzner";
    body["infra_config"] = config;
    if (!recipe->empty()) body["recipe_script"] = *recipe;
    market_session s(in);
    return s.run([&](market_session& running) {
        return one(running, "PUT", args.id, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    });
}

int offering_list(invocation& in, const offering_list_arguments&) {
    if (!in.api && !composition::store_exists(in.settings.database)) return nothing_yet(in, "no offerings");
    market_session s(in);
    return s.run([](market_session& running) { return list(running); });
}

int offering_show(invocation& in, const offering_show_arguments& args) {
    market_session s(in);
    s.only_looks();
    return s.run([&](market_session& running) { return one(running, "GET", args.id, ""); });
}

}  // namespace slipway::cli
