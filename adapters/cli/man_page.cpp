#include "adapters/cli/man_page.hpp"

#include <CLI/CLI.hpp>

namespace slipway::cli {

namespace {

// A dot or an apostrophe at a line's head would be a command, and a hyphen could be broken or become another sign.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '\n')
            out += ' ';
        else
            out += c;
    }
    return out.starts_with(".") || out.starts_with("'") ? "\\&" + out : out;
}

std::string value_of(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) return {};
    const std::string text = option.get_option_text();
    return " \\fI" + escaped(text.empty() ? "VALUE" : text) + "\\fR";
}

void add_options(std::string& page, const CLI::App& of) {
    for (const CLI::Option* option : of.get_options()) {
        std::string names;
        if (option->get_positional()) {
            names = "\\fI" + escaped(option->get_name(true)) + "\\fR";
        } else {
            for (const std::string& name : option->get_snames())
                names += (names.empty() ? "" : ", ") + ("\\fB\\-" + escaped(name)) + "\\fR";
            for (const std::string& name : option->get_lnames())
                names += (names.empty() ? "" : ", ") + ("\\fB\\-\\-" + escaped(name)) + "\\fR";
            names += value_of(*option);
        }
        if (of.get_help_ptr() == option && of.get_parent() != nullptr) continue;  // said once, at the top
        page += ".TP\n" + names + "\n" + escaped(option->get_description()) + "\n";
    }
}

void add_verb(std::string& page, const CLI::App& verb, const std::string& path) {
    const auto verbs = verb.get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty()) {
        page += ".SS \"" + escaped(path) + "\"\n" + escaped(verb.get_description()) + ".\n";
        add_options(page, verb);
        return;
    }
    for (const CLI::App* under : verbs) add_verb(page, *under, path + " " + under->get_name());
}

}  // namespace

std::string man_page(const CLI::App& app) {
    std::string page = ".TH SLIPWAY 1 \"\" \"slipway " SLIPWAY_VERSION "\"\n.SH NAME\nslipway \\- ";
    page +=
        "provisions Hetzner Cloud VMs and never loses one\n.SH SYNOPSIS\n.B slipway\n[\\fIoptions\\fR] \\fIverb\\fR "
        "\\fI...\\fR\n";
    page += ".SH OPTIONS\n";
    add_options(page, app);
    page += ".SH VERBS\n";
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        add_verb(page, *verb, "slipway " + verb->get_name());
    page += R"(.SH FILES
.TP
\fI~/.config/slipway/config\fR
Settings, KEY=value, below those of the environment and of \fB\-\-config\fR or .env in the working directory. The latter
may set tokens, HCLOUD_ENDPOINT beside one, server types, locations, times and the log level. Refused where others can
write it.
.TP
\fI~/.config/slipway/hetzner_credentials\fR
The Hetzner token that \fBslipway auth set\fR keeps, mode 0600.
.SH EXIT STATUS
0 done; 1 failed; 2 wrong usage; 3 not found; 4 refused; 5 Hetzner, the daemon or the database cannot be reached;
78 configuration; 130 interrupted: nothing is lost, and \fBslipway server resume\fR goes on.
)";
    return page;
}

}  // namespace slipway::cli
