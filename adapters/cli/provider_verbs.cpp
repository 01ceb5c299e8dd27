// slipway provider: set, show, check.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/token_input.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

std::string path_of(const std::string& id) {
    return "/v1/providers/" + net::percent_encode(id);
}

int shown(invocation& in, const ordered_json& provider) {
    in.out.result(in.typed.json ? document_text(provider) : provider_details(provider));
    return exit_done;
}

awaitable<int> set(market_session& s, std::string id, std::string body) {
    const auto answer = co_await s.ask("PUT", path_of(id), std::move(body));
    co_return answer.good() ? shown(s.in(), answer.document) : answer.code;
}

awaitable<int> show(market_session& s, const provider_show_arguments& args) {
    const auto answer = co_await s.ask(args.check ? "POST" : "GET", path_of(args.id) + (args.check ? "/check" : ""));
    if (!answer.good()) co_return answer.code;
    shown(s.in(), answer.document);
    if (!args.check || answer.document["token_works"] == true) co_return exit_done;
    s.in().out.complain("the token of " + args.id + " does not work; give a new one: slipway provider set " + args.id);
    co_return exit_refused;
}

}  // namespace

int provider_set(invocation& in, const provider_set_arguments& args) {
    auto token = args.token_stdin ? read_secret_from_stdin()
                                  : ask_for_secret("Hetzner token of " + args.id + " (it is not shown): ");
    if (!token) return complain(in.out, token.error());
    std::string body;
    {
        ordered_json input = ordered_json::object();
        input["hetzner_token"] = std::string(token->reveal());
        if (!args.email.empty()) input["email"] = args.email;
        if (!args.telegram_chat.empty()) input["telegram_chat"] = args.telegram_chat;
        body = input.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
        wipe(input["hetzner_token"].get_ref<std::string&>());
    }
    market_session s(in);
    return s.run([&](market_session& running) { return set(running, args.id, std::move(body)); });
}

int provider_show(invocation& in, const provider_show_arguments& args) {
    market_session s(in);
    s.only_looks();
    return s.run([&](market_session& running) { return show(running, args); });
}

}  // namespace slipway::cli
