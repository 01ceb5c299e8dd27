// slipway contract: accept, list, show, cancel, retry-termination.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/market_view.hpp"
#include "adapters/cli/order.hpp"
#include "adapters/cli/wording.hpp"
#include "adapters/composition/store.hpp"

#include <algorithm>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

std::string path_of(const std::string& id) {
    return "/v1/contracts/" + net::percent_encode(id);
}

void show_contract(invocation& in, const ordered_json& contract) {
    in.out.result(in.typed.json ? document_text(contract) : contract_details(contract));
}

// Why a contract is not where it was wanted.
std::string shortfall(const ordered_json& contract) {
    std::string text = text_of(contract, "id") + " is " + text_of(contract, "state");
    const std::string failure = contract.contains("failure") ? text_of(contract["failure"], "message") : "";
    if (!failure.empty()) text += ": " + failure;
    if (contract.contains("leaked") && !contract["leaked"].empty())
        text += "; what is left at Hetzner: slipway contract show " + text_of(contract, "id");
    return text;
}

// From the answer to a command to the contract at rest.
awaitable<int> see_through(market_session& s, const ordered_json& answer, bool wait, const std::string& wanted) {
    const std::string id = text_of(answer, "id");
    s.ordered("slipway contract show " + id);
    if (!wait) {
        show_contract(s.in(), answer);
        if (!s.remote()) s.in().out.note("written down; slipwayd does it, or: slipway server resume");
        co_return exit_done;
    }
    std::vector<std::string> streams(1, text_of(answer, "stream"));
    const auto rested = co_await s.rest(std::move(streams), true);
    if (rested.code != 0) co_return rested.code;
    const auto contract = co_await s.ask("GET", path_of(id));
    if (!contract.good()) co_return contract.code;
    show_contract(s.in(), contract.document);
    if (text_of(contract.document, "state") == wanted) co_return exit_done;
    s.in().out.complain(shortfall(contract.document));
    co_return exit_failed;
}

awaitable<int> accept(market_session& s, std::string body, bool wait) {
    s.ordered("slipway contract list");  // from the moment it is sent nobody knows better
    const auto answer = co_await s.ask("POST", "/v1/contracts", std::move(body));
    if (!answer.good()) co_return answer.code;
    co_return co_await see_through(s, answer.document, wait, "active");
}

awaitable<int> end(market_session& s, const contract_end_arguments& args) {
    const auto before = co_await s.ask("GET", path_of(args.id));
    if (!before.good()) co_return before.code;
    const bool marked = co_await s.mark(text_of(before.document, "stream"));
    if (!marked) co_return exit_unreachable;
    s.ordered("slipway contract show " + args.id);
    const auto answer = co_await s.ask("POST", path_of(args.id) + "/" + args.how);
    if (!answer.good()) co_return answer.code;
    co_return co_await see_through(s, answer.document, args.wait, "terminated");
}

awaitable<int> list(market_session& s, std::string state) {
    auto answer = co_await s.ask("GET", "/v1/contracts");
    if (!answer.good()) co_return answer.code;
    ordered_json shown = ordered_json::array();
    for (ordered_json& contract : answer.document["contracts"])
        if (state.empty() || text_of(contract, "state") == state) shown.push_back(std::move(contract));
    if (s.in().typed.json)
        s.in().out.result(document_text(shown));
    else if (shown.empty())
        s.in().out.note(state.empty() ? "no contracts" : "no contract is " + state);
    else
        s.in().out.result(contract_table(shown, s.clock().now()));
    co_return exit_done;
}

awaitable<int> show(market_session& s, std::string id) {
    const auto answer = co_await s.ask("GET", path_of(id));
    if (!answer.good()) co_return answer.code;
    show_contract(s.in(), answer.document);
    co_return exit_done;
}

}  // namespace

int contract_accept(invocation& in, const contract_accept_arguments& args) {
    const auto key = read_user_key(args.key_file, "");
    if (!key) return complain(in.out, key.error());
    ordered_json body = ordered_json::object();
    if (!args.id.empty()) body["id"] = args.id;
    body["offering"] = args.offering;
    body["ssh_pubkey"] = key->line;
    if (!args.expires_at.empty()) body["expires_at"] = args.expires_at;
    market_session s(in);
    if (!args.wait) s.take_orders_only();
    return s.run([&](market_session& running) {
        return accept(running, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace), args.wait);
    });
}

int contract_end(invocation& in, const contract_end_arguments& args) {
    market_session s(in);
    s.only_looks();
    if (!args.wait) s.take_orders_only();
    return s.run([&](market_session& running) { return end(running, args); });
}

int contract_list(invocation& in, const contract_list_arguments& args) {
    if (!args.state.empty() && !is_vm_state(args.state)) {  // a contract's are the same
        std::string all;
        for (const std::string_view state : vm_state_names) all += (all.empty() ? "" : ", ") + std::string(state);
        return complain(in.out,
                        make_error(error_kind::usage, "there is no state \"" + args.state + "\"; choose from " + all));
    }
    if (!in.api && !composition::store_exists(in.settings.database)) return nothing_yet(in, "no contracts");
    market_session s(in);
    return s.run([&](market_session& running) { return list(running, args.state); });
}

int contract_show(invocation& in, const contract_show_arguments& args) {
    market_session s(in);
    s.only_looks();
    return s.run([&](market_session& running) { return show(running, args.id); });
}

int nothing_yet(invocation& in, const std::string& what) {
    if (in.typed.json) in.out.result("[]\n");
    in.out.note(what + ": there is no database " + in.settings.database.name() + " yet");
    return exit_done;
}

}  // namespace slipway::cli
