// slipway contract: accept, list, show, cancel, retry-termination.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/user_files.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/machines/states.hpp"

#include <string_view>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

constexpr const char* who_goes_on = "slipway server resume, or start slipwayd";

void show_contract(invocation& in, const ordered_json& contract) {
    in.out.result(in.typed.json ? document_text(contract) : contract_details(contract));
}

// Why a contract is not where it was wanted.
std::string shortfall_of_contract(const ordered_json& contract) {
    std::string text = text_of(contract, "id") + " is " + text_of(contract, "state");
    const std::string failure = contract.contains("failure") ? text_of(contract["failure"], "message") : "";
    if (!failure.empty()) text += ": " + failure;
    if (contract.contains("leaked") && !contract["leaked"].empty())
        text += "; what is left at Hetzner: slipway contract show " + text_of(contract, "id");
    return text;
}

verb_option wait_option(bool& wait) {
    return {.name = "--wait,!--no-wait",
            .help = "Wait until it is done (default), or only hand the command over",
            .into = &wait};
}

verb_option contract_operand(std::string& id) {
    return {.name = "ID", .help = "The contract", .into = &id, .required = true};
}

// From the answer to a command to the contract at rest.
awaitable<int> see_through(api_session& s, const ordered_json& answer, bool wait, state_name wanted) {
    const std::string id = text_of(answer, "id");
    s.ordered("slipway contract show " + id, who_goes_on);
    if (!wait) {
        show_contract(s.in(), answer);
        if (!s.remote()) s.in().out.note("written down; slipwayd does it, or: slipway server resume");
        co_return exit_done;
    }
    std::vector<std::string> streams(1, text_of(answer, "stream"));
    const auto rested = co_await s.wait_for(std::move(streams));
    if (rested.code != 0) co_return rested.code;
    const auto contract = co_await s.ask("GET", api_path("contracts", id));
    if (!contract.good()) co_return contract.code;
    show_contract(s.in(), contract.document);
    if (text_of(contract.document, "state") == wanted) co_return exit_done;
    s.in().out.complain(shortfall_of_contract(contract.document));
    co_return exit_failed;
}

struct contract_accept_verb final : verb {
    std::string offering;
    std::string key_file;
    std::string id;          // empty: one is made
    std::string expires_at;  // empty: never by itself
    bool wait = true;

    void take(option_list& options) override {
        options.add({.name = "--offering",
                     .help = "What is ordered",
                     .into = &offering,
                     .placeholder = "ID",
                     .required = true});
        options.add({.name = "--ssh-key",
                     .help = "The buyer's public key",
                     .into = &key_file,
                     .placeholder = "FILE",
                     .required = true});
        options.add({.name = "--id",
                     .help = "The marketplace's own id (one is made)",
                     .into = &id,
                     .placeholder = "ID"});
        options.add({.name = "--expires-at",
                     .help = "When it ends by itself: 2030-01-31T12:00:00Z",
                     .into = &expires_at,
                     .placeholder = "RFC3339"});
        options.add(wait_option(wait));
    }

    int run(invocation& in) override {
        const auto key = read_user_key(key_file, "");
        if (!key) return complain(in.out, key.error());
        ordered_json body = ordered_json::object();
        if (!id.empty()) body["id"] = id;
        body["offering"] = offering;
        body["ssh_pubkey"] = key->line;
        if (!expires_at.empty()) body["expires_at"] = expires_at;
        api_session session(in, wait ? database_use::work : database_use::order);
        return session.run([&](api_session& s) { return accept(s, body_text(body)); });
    }

private:
    awaitable<int> accept(api_session& s, std::string body) const {
        s.ordered("slipway contract list", who_goes_on);  // from the moment it is sent nobody knows better
        const auto answer = co_await s.ask("POST", "/v1/contracts", std::move(body));
        if (!answer.good()) co_return answer.code;
        co_return co_await see_through(s, answer.document, wait, "active");
    }
};

struct contract_list_verb final : verb {
    std::string state;  // empty: all

    void take(option_list& options) override {
        options.add({.name = "--state", .help = "Only those in this state", .into = &state, .placeholder = "S"});
    }

    int run(invocation& in) override {
        if (!state.empty() && !is_vm_state(state)) {  // a contract's are the same
            std::string all;
            for (const std::string_view one : vm_state_names) all += (all.empty() ? "" : ", ") + std::string(one);
            return complain(in.out,
                            make_error(error_kind::usage, "there is no state \"" + state + "\"; choose from " + all));
        }
        if (no_database_yet(in)) return nothing_yet(in, "no contracts");
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return list(s); });
    }

private:
    awaitable<int> list(api_session& s) const {
        const std::string which = state.empty() ? "" : "?state=" + state;
        const auto answer = co_await s.ask_all("/v1/contracts" + which, "contracts");
        if (!answer.good()) co_return answer.code;
        if (s.in().typed.json)
            s.in().out.result(document_text(answer.document));
        else if (answer.document.empty())
            s.in().out.note(state.empty() ? "no contracts" : "no contract is " + state);
        else
            s.in().out.result(contract_table(answer.document, s.clock().now()));
        co_return exit_done;
    }
};

struct contract_show_verb final : verb {
    std::string id;

    void take(option_list& options) override { options.add(contract_operand(id)); }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "contract " + id);
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return show(s); });
    }

private:
    awaitable<int> show(api_session& s) const {
        const auto answer = co_await s.ask("GET", api_path("contracts", id));
        if (!answer.good()) co_return answer.code;
        if (s.in().typed.json) {
            show_contract(s.in(), answer.document);
            co_return exit_done;
        }
        const auto story = co_await s.ask("GET", api_path("contracts", id) + "/story");
        if (story.good()) s.in().out.result(contract_details(answer.document) + story_lines(story.document));
        co_return story.code;
    }
};

struct contract_end_verb final : verb {
    std::string how;  // the last part of the API's path
    std::string id;
    bool wait = true;

    explicit contract_end_verb(std::string end) : how(std::move(end)) {}

    void take(option_list& options) override {
        options.add(contract_operand(id));
        options.add(wait_option(wait));
    }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "contract " + id);
        api_session session(in, wait ? database_use::work : database_use::order);
        return session.run([&](api_session& s) { return end(s); });
    }

private:
    awaitable<int> end(api_session& s) const {
        const auto before = co_await s.ask("GET", api_path("contracts", id));
        if (!before.good()) co_return before.code;
        const bool skipped = co_await s.skip_history(text_of(before.document, "stream"));
        if (!skipped) co_return exit_unreachable;
        s.ordered("slipway contract show " + id, who_goes_on);
        const auto answer = co_await s.ask("POST", api_path("contracts", id) + "/" + how);
        if (!answer.good()) co_return answer.code;
        co_return co_await see_through(s, answer.document, wait, "terminated");
    }
};

}  // namespace

made_verb contract_accept() { return std::make_unique<contract_accept_verb>(); }
made_verb contract_list() { return std::make_unique<contract_list_verb>(); }
made_verb contract_show() { return std::make_unique<contract_show_verb>(); }
made_verb contract_cancel() { return std::make_unique<contract_end_verb>("cancel"); }
made_verb contract_retry_termination() { return std::make_unique<contract_end_verb>("retry-termination"); }

}  // namespace slipway::cli
