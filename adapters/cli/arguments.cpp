#include "adapters/cli/arguments.hpp"

#include "adapters/cli/completion.hpp"
#include "adapters/cli/man_page.hpp"
#include "adapters/cli/suggestion.hpp"
#include "adapters/cli/terminal.hpp"
#include "adapters/cli/verb_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>
#include <utility>

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
            const std::string name = word.substr(0, word.find('='));
            std::vector<std::string> options;
            bool known = false;
            for (const CLI::App* from : {&app, at})
                for (const CLI::Option* option : from->get_options())
                    for (const std::string& of_one : option->get_lnames()) {
                        options.push_back("--" + of_one);
                        known = known || name == "--" + of_one;
                    }
            if (known) continue;
            std::cerr << "slipway: there is no option " << name << did_you_mean(name, options) << "\n";
            return;
        }
    }
    std::cerr << "slipway: " << problem.what() << "; see slipway --help\n";
}

// What a verb says of its options, in CLI11's words.
class parser_options final : public option_list {
public:
    explicit parser_options(CLI::App& app) : app_(app) {}

    void add(verb_option option) override {
        CLI::Option* made = std::visit([&](auto* into) { return add_to(into, option); }, option.into);
        if (!option.placeholder.empty()) made->option_text(option.placeholder);
        if (option.required) made->required();
        for (const std::string& other : option.not_with) made->excludes(app_.get_option(other));
    }

private:
    CLI::Option* add_to(std::string* into, const verb_option& option) {
        CLI::Option* made = app_.add_option(option.name, *into, option.help);
        if (!option.one_of.empty()) made->check(CLI::IsMember(option.one_of));
        return made;
    }
    CLI::Option* add_to(std::vector<std::string>* into, const verb_option& option) {
        CLI::Option* made = app_.add_option(option.name, *into, option.help);
        if (option.name.starts_with("-")) made->take_all()->expected(1);  // one behind each, not all that follow
        return made;
    }
    CLI::Option* add_to(int* into, const verb_option& option) {
        return app_.add_option(option.name, *into, option.help)
            ->check(CLI::Range(option.between.first, option.between.second));
    }
    CLI::Option* add_to(bool* into, const verb_option& option) {
        return app_.add_flag(option.name, *into, option.help);
    }

    CLI::App& app_;
};

// Every verb is made, so that the parser knows them all; the one that was typed is put into `chosen`.
void add_verbs(CLI::App& app, std::vector<std::unique_ptr<verb>>& made, std::unique_ptr<verb>& chosen) {
    std::map<std::string_view, CLI::App*> groups{{"", &app}};
    made.resize(all_verbs().size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        const verb_row& row = all_verbs()[i];
        CLI::App*& under = groups[row.group];
        if (under == nullptr) {
            under = app.add_subcommand(std::string(row.group), std::string(help_of_group(row.group)));
            under->require_subcommand(1);
        }
        CLI::App* its = under->add_subcommand(std::string(row.name), std::string(row.help));
        made[i] = row.make();
        add_options(*its, *made[i]);
        its->callback([&one = made[i], &chosen] { chosen = std::move(one); });
    }
}

// The exit code.
int printed(const std::string& text, int code) {
    terminal out(false);
    out.result(text);
    return out.delivered(code);
}

// What shells and the build ask for, and no person types: slipway __complete -- WORD…, slipway __man.
std::optional<int> answer_own_tools(const CLI::App& app, int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "__man") return printed(man_page(app), exit_done);
    if (what != "__complete") return {};
    const int first = argc > 2 && std::string_view(argv[2]) == "--" ? 3 : 2;
    return printed(completion_lines(app, std::vector<std::string>(argv + std::min(first, argc), argv + argc)), exit_done);
}

}  // namespace

void add_options(CLI::App& app, verb& of) {
    parser_options options(app);
    of.take(options);
}

std::variant<command_line, int> parse_arguments(int argc, char** argv) {
    CLI::App app{"slipway provisions Hetzner Cloud VMs and never loses one."};
    app.name("slipway");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", std::string("slipway ") + SLIPWAY_VERSION);

    command_line out;
    global_options& typed = out.options;
    std::string config;
    app.add_option("--config", config, "Read KEY=value lines from FILE, in place of .env")->option_text("FILE");
    std::string url;
    app.add_option("--db", url, "Event log, sqlite:PATH (SLIPWAY_DATABASE_URL)")->option_text("URL");
    std::string api;
    app.add_option("--api", api, "Let a daemon do it: unix:PATH, http://HOST:PORT, https://… (SLIPWAY_API)")
        ->option_text("URL");
    app.add_flag("--json", typed.json, "Print one JSON document and nothing else on stdout");
    app.add_flag("--quiet", typed.quiet, "Print no progress");
    app.add_flag("--yes", typed.yes, "Do not ask for confirmation");
    std::vector<std::unique_ptr<verb>> verbs;
    add_verbs(app, verbs, out.chosen);

    if (const auto own = answer_own_tools(app, argc, argv)) return *own;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) {  // --help, --version
            std::ostringstream text;
            const int code = app.exit(problem, text, std::cerr);
            return printed(text.str(), code);
        }
        report(app, problem, argc, argv);
        return static_cast<int>(exit_usage);
    }
    if (!config.empty()) typed.config = config;
    if (!url.empty()) typed.database_url = url;
    if (!api.empty()) typed.api = api;
    if (typed.api && typed.database_url) {
        std::cerr << "slipway: --api and --db exclude each other: the daemon has its own database\n";
        return static_cast<int>(exit_usage);
    }
    return out;
}

}  // namespace slipway::cli
