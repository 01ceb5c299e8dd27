#include "adapters/cli/arguments.hpp"

#include "adapters/cli/completion.hpp"
#include "engine/base/exit_code.hpp"
#include "adapters/cli/man_page.hpp"
#include "adapters/cli/suggestion.hpp"
#include "adapters/composition/configuration.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace slipway::cli {

namespace {

std::vector<std::string> names_of_verbs(const CLI::App& under) {
    std::vector<std::string> names;
    for (const CLI::App* verb : under.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(verb->get_name());
    return names;
}

// "--db URL": the word behind it is its value.
bool takes_next_word(const CLI::App& app, const CLI::App& at, const std::string& word) {
    for (const CLI::App* from : {&app, &at})
        if (const CLI::Option* option = from->get_option_no_throw(word)) return option->get_items_expected_max() > 0;
    return false;
}

// CLI11 lists what it did not expect backwards and suggests nothing: say which word is wrong and which one was meant.
void report(const CLI::App& app, const CLI::ParseError& problem, int argc, char** argv) {
    const CLI::App* at = &app;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (takes_next_word(app, *at, word)) ++i;
        if (word.starts_with("-")) continue;
        const auto verbs = names_of_verbs(*at);
        if (verbs.empty()) break;
        if (std::find(verbs.begin(), verbs.end(), word) != verbs.end()) {
            at = at->get_subcommand(word);
            continue;
        }
        std::cerr << "slipway: there is no command \"" << word << "\"" << did_you_mean(word, verbs) << "\n";
        return;
    }
    if (const auto* extras = dynamic_cast<const CLI::ExtrasError*>(&problem); extras != nullptr) {
        for (int i = 1; i < argc; ++i) {
            const std::string word = argv[i];
            if (!word.starts_with("--")) continue;
            std::vector<std::string> options;
            bool known = false;
            for (const CLI::App* from : {&app, at})
                for (const CLI::Option* option : from->get_options())
                    for (const std::string& name : option->get_lnames()) {
                        options.push_back("--" + name);
                        known = known || word.substr(0, word.find('=')) == "--" + name;
                    }
            if (known) continue;
            std::cerr << "slipway: there is no option " << word << did_you_mean(word, options) << "\n";
            return;
        }
    }
    std::cerr << "slipway: " << problem.what() << "; see slipway --help\n";
}

void add_create(CLI::App& server, create_arguments& to, std::string& types, std::string& locations,
                std::vector<std::string>& labels) {
    CLI::App* create = server.add_subcommand("create", "Create a VM and wait until it is in your hands");
    create->add_option("NAME", to.name, "Its name; with --count also NAME1, NAME2, …")->required();
    create->add_option("--server-type", types, "Types to try, in order")->option_text("T[,T2,...]");
    create->add_option("--location", locations, "Locations to try, in order")->option_text("L[,L2,...]");
    create->add_option("--image", to.image, "Image (ubuntu-24.04)")->option_text("I");
    create->add_option("--ssh-key", to.key_file, "Public key that may log in (the one in ~/.ssh)")->option_text("FILE");
    create->add_option("--recipe", to.recipe_file, "Script to run once on the VM, at most 64 KiB")->option_text("FILE");
    create->add_option("--app", to.app, "Prepare the VM for: none, coolify, wireguard")
        ->check(CLI::IsMember({"none", "coolify", "wireguard"}))
        ->option_text("APP");
    create->add_option("--count", to.count, "How many (1 to 100)")->check(CLI::Range(1, 100))->option_text("N");
    create->add_option("--label", labels, "Label at Hetzner, K=V; may be repeated")->option_text("K=V")->take_all()->expected(1);
    create->add_flag("--dry-run", to.dry_run, "Show the request and the price; create nothing");
    create->add_flag("--wait,!--no-wait", to.wait, "Wait until the VM is usable (default), or only write the order down");
    add_kamal_options(*create, to.kamal);
}

// What shells and the build ask for, and no person types: slipway __complete -- WORD…, slipway __man.
std::optional<int> answer_own_tools(const CLI::App& app, int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "__man") {
        std::cout << man_page(app);
        return exit_done;
    }
    if (what != "__complete") return {};
    const int first = argc > 2 && std::string_view(argv[2]) == "--" ? 3 : 2;
    std::cout << completion_lines(app, std::vector<std::string>(argv + std::min(first, argc), argv + argc));
    return exit_done;
}

}  // namespace

std::variant<arguments, int> parse_arguments(int argc, char** argv) {
    CLI::App app{"slipway provisions Hetzner Cloud VMs and never loses one."};
    app.name("slipway");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", std::string("slipway ") + SLIPWAY_VERSION);

    arguments out;
    std::string url;
    app.add_option("--db", url, "Event log, sqlite:PATH (SLIPWAY_DATABASE_URL)")->option_text("URL");
    std::string api;
    app.add_option("--api", api, "Let a daemon do it: unix:PATH, http://HOST:PORT, https://… (SLIPWAY_API)")->option_text("URL");
    app.add_flag("--json", out.json, "Print one JSON document and nothing else on stdout");
    app.add_flag("--quiet", out.quiet, "Print no progress");
    app.add_flag("--yes", out.yes, "Do not ask for confirmation");

    CLI::App* server = app.add_subcommand("server", "VMs: create, list, show, delete, ssh, resume");
    server->require_subcommand(1);
    create_arguments create;
    std::string types, locations;
    std::vector<std::string> labels;
    add_create(*server, create, types, locations, labels);
    list_arguments list;
    server->add_subcommand("list", "List VMs")->add_flag("--all", list.all, "Also those that were deleted");
    show_arguments show;
    server->add_subcommand("show", "Show one VM")->add_option("VM", show.vm, "Name or id")->required();
    delete_arguments remove;
    server->add_subcommand("delete", "Delete a VM: its server, and its SSH key if slipway put it there")
        ->add_option("VM", remove.vm, "Name or id")
        ->required();
    server->add_subcommand("resume", "Go on with every VM that an interrupted slipway left unfinished");
    add_ssh_verb(*server, out.verb);
    add_auth_verbs(app, out.verb);
    add_market_verbs(app, out.verb);
    std::string shell;
    add_completion_verb(app, shell);

    if (const auto own = answer_own_tools(app, argc, argv)) return *own;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) return app.exit(problem);
        report(app, problem, argc, argv);
        return static_cast<int>(exit_usage);
    }
    if (!shell.empty()) {
        std::cout << completion_script(shell);
        return static_cast<int>(exit_done);
    }
    if (!url.empty()) out.database_url = url;
    if (!api.empty()) out.api = api;
    if (out.api && out.database_url) {
        std::cerr << "slipway: --api and --db exclude each other: the daemon has its own database\n";
        return static_cast<int>(exit_usage);
    }
    create.server_types = composition::split_list(types);
    create.locations = composition::split_list(locations);
    for (const std::string& label : labels) {
        const auto equals = label.find('=');
        if (equals == std::string::npos || equals == 0) {
            std::cerr << "slipway: --label takes K=V, not \"" << label << "\"\n";
            return static_cast<int>(exit_usage);
        }
        create.labels[label.substr(0, equals)] = label.substr(equals + 1);
    }
    if (server->got_subcommand("create")) out.verb = create;
    if (server->got_subcommand("list")) out.verb = list;
    if (server->got_subcommand("show")) out.verb = show;
    if (server->got_subcommand("delete")) out.verb = remove;
    if (server->got_subcommand("resume")) out.verb = resume_arguments{};
    return out;
}

}  // namespace slipway::cli
