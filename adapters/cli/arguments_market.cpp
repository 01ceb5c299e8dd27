// The marketplace's verbs as CLI11 is told of them. A verb's callback puts what was typed into `to`.
#include "adapters/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace slipway::cli {

namespace {

template <class Verb>
std::pair<CLI::App*, std::shared_ptr<Verb>> verb(CLI::App& under, const std::string& name, const std::string& text,
                                                 verb_arguments& to) {
    CLI::App* app = under.add_subcommand(name, text);
    auto typed = std::make_shared<Verb>();
    app->callback([typed, &to] { to = *typed; });
    return {app, typed};
}

CLI::App& group(CLI::App& app, const std::string& name, const std::string& text) {
    CLI::App* made = app.add_subcommand(name, text);
    made->require_subcommand(1);
    return *made;
}

void add_wait(CLI::App* to, bool& wait) {
    to->add_flag("--wait,!--no-wait", wait, "Wait until it is done (default), or only hand the command over");
}

void add_contract(CLI::App& app, verb_arguments& to) {
    CLI::App& contract = group(app, "contract", "Contracts: accept, list, show, cancel, retry-termination");
    auto [accept, order] =
        verb<contract_accept_arguments>(contract, "accept", "Accept a contract and wait until its VM is usable", to);
    accept->add_option("--offering", order->offering, "What is ordered")->required()->option_text("ID");
    accept->add_option("--ssh-key", order->key_file, "The buyer's public key")->required()->option_text("FILE");
    accept->add_option("--id", order->id, "The marketplace's own id (one is made)")->option_text("ID");
    accept->add_option("--expires-at", order->expires_at, "When it ends by itself: 2030-01-31T12:00:00Z")
        ->option_text("RFC3339");
    add_wait(accept, order->wait);
    auto [list, which] = verb<contract_list_arguments>(contract, "list", "List contracts", to);
    list->add_option("--state", which->state, "Only those in this state")->option_text("S");
    auto [show, one] = verb<contract_show_arguments>(contract, "show", "Show one contract", to);
    show->add_option("ID", one->id, "The contract")->required();
    auto [cancel, ended] = verb<contract_end_arguments>(contract, "cancel", "Cancel a contract: its VM is deleted", to);
    ended->how = "cancel";
    cancel->add_option("ID", ended->id, "The contract")->required();
    add_wait(cancel, ended->wait);
    auto [retry, again] = verb<contract_end_arguments>(contract, "retry-termination",
                                                       "Try again to delete what a contract that ended has left", to);
    again->how = "retry-termination";
    retry->add_option("ID", again->id, "The contract")->required();
    add_wait(retry, again->wait);
}

void add_provider(CLI::App& app, verb_arguments& to) {
    CLI::App& provider = group(app, "provider", "Providers and their Hetzner tokens: set, show, check");
    auto [set, given] = verb<provider_set_arguments>(provider, "set", "Set a provider up, or replace its token", to);
    set->add_option("ID", given->id, "The provider")->required();
    set->add_flag("--token-stdin", given->token_stdin, "Read the Hetzner token from stdin (else it is asked for)");
    set->add_option("--email", given->email, "Where to tell what goes wrong")->option_text("A");
    set->add_option("--telegram", given->telegram_chat, "Likewise: a chat's number, or @channel")->option_text("CHAT");
    auto [show, one] = verb<provider_show_arguments>(provider, "show", "Show a provider, never its token", to);
    show->add_option("ID", one->id, "The provider")->required();
    auto [check, asked] = verb<provider_show_arguments>(provider, "check", "Ask Hetzner whether the token works", to);
    asked->check = true;
    check->add_option("ID", asked->id, "The provider")->required();
}

void add_offering(CLI::App& app, verb_arguments& to) {
    CLI::App& offering = group(app, "offering", "What providers sell: define, list, show");
    auto [define, sold] = verb<offering_define_arguments>(offering, "define", "Define an offering, or replace it", to);
    define->add_option("ID", sold->id, "The offering")->required();
    define->add_option("--provider", sold->provider, "Whose Hetzner project it is made in")
        ->required()
        ->option_text("P");
    define->add_option("--server-type", sold->server_type, "Server type")->required()->option_text("T");
    define->add_option("--location", sold->location, "Location")->required()->option_text("L");
    define->add_option("--image", sold->image, "Image")->required()->option_text("I");
    define->add_option("--recipe", sold->recipe_file, "Script to run once on each VM, at most 64 KiB")
        ->option_text("FILE");
    verb<offering_list_arguments>(offering, "list", "List offerings", to);
    auto [show, one] = verb<offering_show_arguments>(offering, "show", "Show one offering", to);
    show->add_option("ID", one->id, "The offering")->required();
}

void add_catalog(CLI::App& app, verb_arguments& to) {
    CLI::App& catalog =
        group(app, "catalog", "What Hetzner has: locations, server types, images, networks, keys, firewalls");
    for (const char* part : {"locations", "server-types", "images", "networks", "ssh-keys", "firewalls"}) {
        auto [app_of, typed] = verb<catalog_arguments>(catalog, part, std::string("List ") + part, to);
        typed->part = part;
        app_of->add_option("--provider", typed->provider, "In this provider's project")->option_text("P");
    }
}

}  // namespace

void add_market_verbs(CLI::App& app, verb_arguments& to) {
    add_contract(app, to);
    add_provider(app, to);
    add_offering(app, to);
    add_catalog(app, to);
    verb<audit_arguments>(app, "audit", "Find servers nobody needs any more, and those that vanished", to);
    CLI::App& secrets = group(app, "secrets", "The key that seals tokens: rotate");
    auto [rotate, keys] =
        verb<rotate_arguments>(secrets, "rotate", "Seal all tokens under a new key; slipwayd must be stopped", to);
    rotate->add_option("--new-key-file", keys->new_key_file, "File of mode 0600 with the new key, 64 hex digits")
        ->required()
        ->option_text("FILE");
    verb<doctor_arguments>(app, "doctor", "Check configuration, token, database, clock and reachability", to);
}

}  // namespace slipway::cli
