// The table of verbs, and what a verb says of its options in the parser's hands.
#include "adapters/cli/arguments.hpp"
#include "adapters/cli/verb_table.hpp"
#include "tests/support/catch.hpp"

#include <CLI/CLI.hpp>

#include <set>
#include <sstream>

using namespace slipway::cli;
using slipway::test::contains;
using words = std::vector<std::string>;

namespace {

struct sample final : verb {
    std::string name, file, kind = "plain";
    words labels, all_that_follows;
    int count = 1;
    bool wait = true, none = false;

    void take(option_list& options) override {
        options.add({.name = "NAME", .help = "Its name", .into = &name, .required = true});
        options.add({.name = "WORD", .help = "More", .into = &all_that_follows});
        options.add({.name = "--file", .help = "A file", .into = &file, .placeholder = "FILE"});
        options.add({.name = "--kind", .help = "Which", .into = &kind, .one_of = {"plain", "odd"}});
        options.add({.name = "--label", .help = "A label", .into = &labels});
        options.add({.name = "--count", .help = "How many", .into = &count, .between = {1, 3}});
        options.add({.name = "--wait,!--no-wait", .help = "Wait", .into = &wait});
        options.add({.name = "--none", .help = "No file", .into = &none, .not_with = {"--file"}});
    }
    int run(invocation&) override { return 0; }
};

// What the parser complains of; empty where it is content.
std::string parse(sample& into, words typed) {
    CLI::App app{"sample"};
    add_options(app, into);
    std::reverse(typed.begin(), typed.end());  // as CLI11 wants a vector
    try {
        app.parse(typed);
    } catch (const CLI::ParseError& problem) {
        return problem.what();
    }
    return {};
}

std::variant<command_line, int> parse_line(words typed) {
    typed.insert(typed.begin(), "slipway");
    std::vector<char*> raw;
    for (std::string& word : typed) raw.push_back(word.data());
    return parse_arguments(static_cast<int>(raw.size()), raw.data());
}

}  // namespace

TEST_CASE("what is typed comes into the verb, and what is not stays as it was") {
    sample one;
    CHECK(parse(one, {"web1", "--file", "x.pub", "--kind", "odd", "--label", "a=b", "--label", "c", "--count", "3",
                      "--no-wait", "second", "third"})
              .empty());
    CHECK(one.name == "web1");
    CHECK(one.file == "x.pub");
    CHECK(one.kind == "odd");
    CHECK(one.labels == words{"a=b", "c"});
    CHECK(one.all_that_follows == words{"second", "third"});
    CHECK(one.count == 3);
    CHECK_FALSE(one.wait);
    CHECK_FALSE(one.none);
    sample other;
    CHECK(parse(other, {"web2"}).empty());
    CHECK(other.kind == "plain");
    CHECK(other.count == 1);
    CHECK(other.wait);
}

TEST_CASE("what may not be typed is refused") {
    sample one;
    CHECK_THAT(parse(one, {}), contains("NAME"));
    CHECK_THAT(parse(one, {"x", "--kind", "strange"}), contains("plain"));
    CHECK_THAT(parse(one, {"x", "--count", "4"}), contains("1 to 3"));
    CHECK_THAT(parse(one, {"x", "--count", "many"}), contains("--count"));
    CHECK_THAT(parse(one, {"x", "--none", "--file", "y"}), contains("excludes"));
    CHECK_THAT(parse(one, {"x", "--label"}), contains("--label"));
    CHECK_THAT(parse(one, {"x", "--unheard-of"}), contains("not expected"));
}

TEST_CASE("every verb has a place of its own, a help text, and can be made") {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const verb_row& row : all_verbs()) {
        INFO(row.group << " " << row.name);
        CHECK(seen.insert({row.group, row.name}).second);
        CHECK_FALSE(row.help.empty());
        CHECK((row.group.empty() || !help_of_group(row.group).empty()));
        const auto made = row.make();
        REQUIRE(made != nullptr);
        CLI::App app;
        CHECK_NOTHROW(add_options(app, *made));
    }
}

TEST_CASE("the verb that was typed is the one that is chosen, with what is typed for all verbs") {
    auto parsed = parse_line({"--quiet", "server", "list", "--all", "--json"});
    REQUIRE(std::holds_alternative<command_line>(parsed));
    const auto& line = std::get<command_line>(parsed);
    REQUIRE(line.chosen != nullptr);
    CHECK(line.options.json);
    CHECK(line.options.quiet);
    CHECK_FALSE(line.options.yes);
    CHECK(line.chosen->before() == groundwork::service);
    CHECK(line.chosen->token() == token_need::none);
}

TEST_CASE("what a verb needs is the verb's own to say") {
    struct {
        words typed;
        groundwork before;
        token_need token;
    } const cases[] = {
        {{"completion", "bash"}, groundwork::nothing, token_need::none},
        {{"docs"}, groundwork::nothing, token_need::none},
        {{"doctor"}, groundwork::environment, token_need::none},
        {{"auth", "status"}, groundwork::settings, token_need::none},
        {{"catalog", "images"}, groundwork::service, token_need::kept},
        {{"audit"}, groundwork::service, token_need::kept},
        {{"server", "delete", "x"}, groundwork::service, token_need::asked},
        {{"server", "resume"}, groundwork::service, token_need::asked},
        {{"server", "ssh", "x"}, groundwork::service, token_need::none},
        {{"contract", "cancel", "x"}, groundwork::service, token_need::none},
    };
    for (const auto& one : cases) {
        INFO(one.typed.front());
        auto parsed = parse_line(one.typed);
        REQUIRE(std::holds_alternative<command_line>(parsed));
        const auto& chosen = std::get<command_line>(parsed).chosen;
        REQUIRE(chosen != nullptr);
        CHECK(chosen->before() == one.before);
        CHECK(chosen->token() == one.token);
    }
}

TEST_CASE("a wrong command line is exit code 2, and a question about it is none") {
    std::ostringstream swallowed;
    std::streambuf* const err = std::cerr.rdbuf(swallowed.rdbuf());
    std::streambuf* const out = std::cout.rdbuf(swallowed.rdbuf());
    const auto code = [](words typed) {
        const auto parsed = parse_line(std::move(typed));
        const int* ended = std::get_if<int>(&parsed);
        return ended ? *ended : -1;
    };
    const int wrong = code({"server", "creat"});
    const int neither = code({});
    const int both = code({"--api", "unix:/x", "--db", "sqlite:x", "server", "list"});
    const int help = code({"server", "create", "--help"});
    const int fine = code({"server", "list"});
    std::cerr.rdbuf(err);
    std::cout.rdbuf(out);
    CHECK(wrong == 2);
    CHECK(neither == 2);
    CHECK(both == 2);
    CHECK(help == 0);
    CHECK(fine == -1);
    CHECK_THAT(swallowed.str(), contains("did you mean create?"));
}
