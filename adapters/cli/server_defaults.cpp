// slipway server defaults: what is taken where the Hetzner project has several networks, firewalls or SSH keys.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/resource_options.hpp"
#include "adapters/cli/verbs.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

struct server_defaults_verb final : verb {
    std::string network, ssh_key, firewall;  // as typed; empty: it stays

    token_need token() const override { return token_need::kept; }

    void take(option_list& options) override {
        options.add({.name = "--network", .help = "Network of new VMs, by id, or none", .into = &network, .placeholder = "ID"});
        options.add({.name = "--firewall", .help = "Firewall of new VMs, by id, or none", .into = &firewall, .placeholder = "ID"});
        options.add({.name = "--ssh-key",
                     .help = "Key at Hetzner of new VMs that are ordered without one of their own",
                     .into = &ssh_key,
                     .placeholder = "ID"});
    }

    int run(invocation& in) override {
        for (const auto& [field, word] : {std::pair{"network", &network}, {"firewall", &firewall}, {"ssh_key", &ssh_key}}) {
            if (word->empty()) continue;
            const auto typed = resource_typed(field == std::string("ssh_key") ? "--ssh-key" : "--" + std::string(field), *word);
            if (!typed) return complain(in.out, typed.error());
            changes_[field] = *typed;
        }
        if (changes_.contains("ssh_key") && changes_["ssh_key"].is_null())
            return complain(in.out, make_error(error_kind::usage, "--ssh-key takes an id: a VM needs a key"));
        if (changes_.empty() && no_database_yet(in)) return nothing_yet(in, "no defaults");
        api_session session(in, changes_.empty() ? database_use::read : database_use::order);
        return session.run([&](api_session& s) { return set(s); });
    }

private:
    awaitable<int> set(api_session& s) const {
        auto answer = co_await s.ask("GET", "/v1/defaults");
        if (!answer.good()) co_return answer.code;
        if (!changes_.empty()) {
            ordered_json all = answer.document;
            all.update(changes_);
            answer = co_await s.ask("PUT", "/v1/defaults", body_text(all));
            if (!answer.good()) co_return answer.code;
        }
        s.in().out.result(s.in().typed.json ? document_text(answer.document) : lines_of(answer.document));
        co_return exit_done;
    }

    static std::string lines_of(const ordered_json& defaults) {
        std::string text;
        for (const auto& [field, label] : {std::pair{"network", "network"}, {"firewall", "firewall"}, {"ssh_key", "SSH key"}}) {
            const ordered_json& value = member_of(defaults, field);
            const bool is_said = defaults.contains(field);
            text += fmt::format("{:<12} {}\n", label, !is_said ? "-" : value.is_null() ? "none" : text_of(defaults, field));
        }
        return text;
    }

    ordered_json changes_ = ordered_json::object();
};

}  // namespace

made_verb server_defaults() { return std::make_unique<server_defaults_verb>(); }

}  // namespace slipway::cli
