// slipway dev: all of slipway without an account, until Ctrl-C.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/dev/playground.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verbs.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace slipway::cli {

namespace {

struct attempt {
    std::string command;
    std::string_view shows;
};

std::array<attempt, 3> things_to_try(const playground& in) {
    return {attempt{in.command("slipway") + " server create web1", "a VM, from the order to your hands; the page follows it"},
            attempt{in.command("slipway") + " server ssh web1 -- uname -n", "it is a machine that one can log in to"},
            attempt{in.command("slipway-log") + " show web1", "all that happened to it, from the event log"}};
}

void show(invocation& in, const playground& made) {
    const auto things = things_to_try(made);
    if (in.typed.json) {
        nlohmann::ordered_json document = nlohmann::ordered_json::object();
        document["page"] = made.page();
        document["directory"] = made.directory();
        document["try"] = nlohmann::ordered_json::array();
        for (const attempt& one : things) document["try"].push_back(one.command);
        return in.out.result(document_text(document));
    }
    std::string text = fmt::format("The web page:\n  {}\n\nTo try in another terminal, where no real server is ordered:\n",
                                   made.page());
    for (const attempt& one : things) text += fmt::format("  {}\n      {}\n", one.command, one.shows);
    in.out.result(text + "\nCtrl-C ends it, and nothing of it stays.\n");
}

struct dev_verb final : verb {
    int port = 0;

    groundwork before() const override { return groundwork::nothing; }

    void take(option_list& options) override {
        options.add({.name = "--port",
                     .help = "Of the web page on 127.0.0.1 (a free one)",
                     .into = &port,
                     .placeholder = "P",
                     .between = {1, 65535}});
    }

    int run(invocation& in) override {
        const auto programs = find_siblings();
        if (!programs) return complain(in.out, programs.error());
        auto made = playground::make(*programs, static_cast<std::uint16_t>(port));
        if (!made) return complain(in.out, made.error());
        const auto started = (*made)->start();
        if (!started) return complain(in.out, started.error());
        if (!*started) return exit_interrupted;
        show(in, **made);
        const auto ended = (*made)->until_stopped();
        return ended ? static_cast<int>(exit_done) : complain(in.out, ended.error());
    }
};

}  // namespace

made_verb dev() { return std::make_unique<dev_verb>(); }

}  // namespace slipway::cli
