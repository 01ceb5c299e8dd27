// slipway provider: set, show, check.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/token_input.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

verb_option provider_operand(std::string& id) {
    return {.name = "ID", .help = "The provider", .into = &id, .required = true};
}

void show_provider(invocation& in, const ordered_json& provider) {
    in.out.result(in.typed.json ? document_text(provider) : provider_details(provider));
}

struct provider_set_verb final : verb {
    std::string id;
    bool from_stdin = false;
    std::string email;
    std::string telegram_chat;
    std::string webhook_file;

    void take(option_list& options) override {
        options.add(provider_operand(id));
        options.add({.name = "--token-stdin",
                     .help = "Read the Hetzner token from stdin (else it is asked for)",
                     .into = &from_stdin});
        options.add({.name = "--email", .help = "Where to tell what goes wrong", .into = &email, .placeholder = "A"});
        options.add({.name = "--telegram",
                     .help = "Likewise: a chat's number, or @channel",
                     .into = &telegram_chat,
                     .placeholder = "CHAT"});
        options.add({.name = "--discord-webhook-file",
                     .help = "Likewise: a Discord channel's webhook; the file holds its URL, which is a secret",
                     .into = &webhook_file,
                     .placeholder = "FILE"});
    }

    int run(invocation& in) override {
        auto token =
            from_stdin ? read_secret_from_stdin() : ask_for_secret("Hetzner token of " + id + " (it is not shown): ");
        if (!token) return complain(in.out, token.error());
        secret webhook;
        if (!webhook_file.empty()) {
            auto from_file = read_secret_from_file(webhook_file);
            if (!from_file) return complain(in.out, from_file.error());
            webhook = *std::move(from_file);
        }
        api_session session(in, database_use::work);
        return session.run([&](api_session& s) { return set(s, *token, webhook); });
    }

private:
    awaitable<int> set(api_session& s, const secret& token, const secret& webhook) const {
        std::string body;
        {
            ordered_json input = ordered_json::object();
            input["hetzner_token"] = std::string(token.reveal());
            if (!email.empty()) input["email"] = email;
            if (!telegram_chat.empty()) input["telegram_chat"] = telegram_chat;
            if (!webhook.empty()) input["discord_webhook"] = std::string(webhook.reveal());
            body = body_text(input);
            wipe(input["hetzner_token"].get_ref<std::string&>());
            if (!webhook.empty()) wipe(input["discord_webhook"].get_ref<std::string&>());
        }
        const auto answer = co_await s.ask("PUT", api_path("providers", id), std::move(body));
        if (answer.good()) show_provider(s.in(), answer.document);
        co_return answer.code;
    }
};

struct provider_show_verb final : verb {
    std::string id;

    void take(option_list& options) override { options.add(provider_operand(id)); }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "provider " + id);
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return show(s); });
    }

private:
    awaitable<int> show(api_session& s) const {
        const auto answer = co_await s.ask("GET", api_path("providers", id));
        if (answer.good()) show_provider(s.in(), answer.document);
        co_return answer.code;
    }
};

// Asks Hetzner first.
struct provider_check_verb final : verb {
    std::string id;

    void take(option_list& options) override { options.add(provider_operand(id)); }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "provider " + id);
        api_session session(in, database_use::work);
        return session.run([&](api_session& s) { return check(s); });
    }

private:
    awaitable<int> check(api_session& s) const {
        const auto answer = co_await s.ask("POST", api_path("providers", id) + "/check");
        if (!answer.good()) co_return answer.code;
        show_provider(s.in(), answer.document);
        if (member_of(answer.document, "token_works") == true) co_return exit_done;
        s.in().out.complain("the token of " + id + " does not work; give a new one: slipway provider set " + id);
        co_return exit_refused;
    }
};

}  // namespace

made_verb provider_set() { return std::make_unique<provider_set_verb>(); }
made_verb provider_show() { return std::make_unique<provider_show_verb>(); }
made_verb provider_check() { return std::make_unique<provider_check_verb>(); }

}  // namespace slipway::cli
