// What completion offers, over a small command line of its own, and the shells' scripts.
#include "adapters/cli/completion.hpp"
#include "adapters/cli/man_page.hpp"
#include "tests/support/catch.hpp"

#include <CLI/CLI.hpp>

using namespace slipway::cli;
using slipway::test::contains;
using words = std::vector<std::string>;

namespace {

struct typed_line {
    CLI::App app{"says what it is"};
    std::string text;
    bool flag = false;
    std::vector<std::string> rest;

    typed_line() {
        app.add_flag("--json", flag, "JSON");
        CLI::App* server = app.add_subcommand("server", "VMs");
        CLI::App* create = server->add_subcommand("create", "Make a VM");
        create->add_option("NAME", text, "Its name");
        create->add_option("--server-type", text, "Types");
        create->add_option("--ssh-key", text, ".key's file")->option_text("FILE");
        create->add_flag("--dry-run", flag, "Show it");
        CLI::App* ssh = server->add_subcommand("ssh", "Log in");
        ssh->add_option("VM", text, "Which");
        ssh->add_option("COMMAND", rest, "What");
        app.add_subcommand("shell", "A shell")->add_option("SHELL", text, "Which");
    }
};

words texts(const completion& of) {
    words out;
    for (const auto& word : of.words) out.push_back(word.text);
    return out;
}

}  // namespace

TEST_CASE("verbs and options are completed from where one stands") {
    const typed_line line;
    CHECK(texts(complete(line.app, {""})) == words{"server", "shell"});
    CHECK(texts(complete(line.app, {"ser"})) == words{"server"});
    CHECK(texts(complete(line.app, {"server", ""})) == words{"create", "ssh"});
    CHECK(texts(complete(line.app, {"server", "create", "--d"})) == words{"--dry-run"});
    CHECK(texts(complete(line.app, {"server", "create", "web1", "--js"})) == words{"--json"});
    CHECK(texts(complete(line.app, {"--json", "server", "s"})) == words{"ssh"});
    CHECK(texts(complete(line.app, {"nonsense", ""})) == words{"server", "shell"});
    CHECK(texts(complete(line.app, {})).empty());
}

TEST_CASE("values are known by what they are values of") {
    const typed_line line;
    CHECK(complete(line.app, {"server", "ssh", ""}).value == value_kind::vm);
    CHECK(complete(line.app, {"server", "ssh", "web1", ""}).value == value_kind::none);
    CHECK(complete(line.app, {"server", "ssh", "web1", "--", ""}).value == value_kind::none);
    CHECK(complete(line.app, {"server", "create", ""}).value == value_kind::none);
    CHECK(complete(line.app, {"server", "create", "--ssh-key", "x"}).value == value_kind::file);
    const auto second = complete(line.app, {"server", "create", "--server-type", "cx22,cx"});
    CHECK(second.value == value_kind::server_type);
    CHECK(second.before == "cx22,");
    CHECK(second.begun == "cx");
    CHECK(completion_lines(line.app, {"shell", "z"}) == "zsh\n");
    CHECK(completion_lines(line.app, {"server", "c"}) == "create\tMake a VM\n");
}

TEST_CASE("each shell has a script, others have none") {
    for (const char* shell : {"bash", "zsh", "fish"})
        CHECK_THAT(completion_script(shell), contains("slipway __complete"));
    CHECK(completion_script("tcsh").empty());
}

TEST_CASE("the man page names every verb and option, and no line of it is taken for a command by chance") {
    const typed_line line;
    const std::string page = man_page(line.app);
    CHECK_THAT(page, contains(".SS \"slipway server create\"\nMake a VM.\n"));
    CHECK_THAT(page, contains("\\fB\\-\\-dry\\-run\\fR"));
    CHECK_THAT(page, contains("\\&.key's file"));
    CHECK_THAT(page, contains("\\fB\\-\\-ssh\\-key\\fR \\fIFILE\\fR"));
}
