// slipway auth: set, status, clear. They are about this machine's own token, whatever daemon is named.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/credentials.hpp"
#include "adapters/cli/own_token.hpp"
#include "adapters/cli/token_input.hpp"
#include "adapters/cli/verbs.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace slipway::cli {

namespace {

// The variable that the token of the environment came from.
std::string variable_with_token(const composition::environment& environment) {
    for (const char* name : {"HCLOUD_TOKEN", "HETZNER_API_TOKEN"})
        if (auto token = environment.secret(name); token && *token) return name;
    return {};
}

struct auth_set_verb final : verb {
    bool from_stdin = false;

    groundwork before() const override { return groundwork::settings; }

    void take(option_list& options) override {
        options.add({.name = "--token-stdin", .help = "Read the token from stdin", .into = &from_stdin});
    }

    int run(invocation& in) override {
        if (!from_stdin && in.out.asks()) return ask_for_token(in);
        auto given = from_stdin ? read_secret_from_stdin() : ask_for_secret("");
        if (!given) return complain(in.out, given.error());
        if (auto kept = keep_token(in, *std::move(given)); !kept) return complain(in.out, kept.error());
        return exit_done;
    }
};

struct auth_status_verb final : verb {
    groundwork before() const override { return groundwork::settings; }

    int run(invocation& in) override {
        std::string source = variable_with_token(in.environment);
        std::optional<secret> token = std::move(in.settings.token);
        if (!token) {
            auto saved = saved_token(in.environment);
            if (!saved) return complain(in.out, saved.error());
            token = *std::move(saved);
            source = credentials_file(in.environment);
        }
        if (!token)
            return complain(
                in.out,
                make_error(error_kind::configuration,
                           "there is no Hetzner token: keep one with slipway auth set, or set HCLOUD_TOKEN"));
        const auto good = try_token(in, *token);
        if (in.typed.json) {
            nlohmann::ordered_json document = nlohmann::ordered_json::object();
            document["source"] = source;
            document["works"] = static_cast<bool>(good);
            in.out.result(document_text(document));
        } else {
            in.out.result("token from " + source + (good ? ": Hetzner takes it\n" : "\n"));
        }
        return good ? static_cast<int>(exit_done) : complain(in.out, good.error());
    }
};

struct auth_clear_verb final : verb {
    groundwork before() const override { return groundwork::settings; }

    int run(invocation& in) override {
        auto there = clear_token(in.environment);
        if (!there) return complain(in.out, there.error());
        const std::string still = variable_with_token(in.environment);
        in.out.note((*there ? "deleted " + credentials_file(in.environment) : std::string("no token was kept")) +
                    (still.empty() ? "" : "; " + still + " is still set") +
                    (*there ? ". At Hetzner the token is still valid: delete it there too" : ""));
        return exit_done;
    }
};

}  // namespace

made_verb auth_set() { return std::make_unique<auth_set_verb>(); }
made_verb auth_status() { return std::make_unique<auth_status_verb>(); }
made_verb auth_clear() { return std::make_unique<auth_clear_verb>(); }

}  // namespace slipway::cli
