// The program itself: arguments, exit codes, and how it behaves in a pipe.
#include "tests/tools/slipway-log/support.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include <sstream>

using namespace slipway;
using namespace slipway::test;

namespace {

const char* program() {
    const char* path = std::getenv("SLIPWAY_LOG");
    return path != nullptr ? path : "slipway-log";
}

// Runs a shell command in which $LOG is the program. The environment says nothing about databases.
said shell(const temporary_directory& at, const std::string& command) {
    const std::string out = at / "stdout", err = at / "stderr";
    const std::string whole =
        "cd '" + at.path() + "' && env -u SLIPWAY_DATABASE_URL -u STATE_DIRECTORY -u XDG_STATE_HOME HOME='" +
        at.path() + "' LOG='" + program() + "' bash -c '" + command + "' >'" + out + "' 2>'" + err + "'";
    const int status = std::system(whole.c_str());
    said answer;
    answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    answer.out = text_of_file(out);
    answer.complaints = text_of_file(err);
    return answer;
}

}  // namespace

TEST_CASE("exit codes and where the log is looked for") {
    temporary_directory at;
    write_example(at / "s.db");
    CHECK(shell(at, "$LOG --db sqlite:s.db list").code == 0);
    CHECK(shell(at, "$LOG list --db sqlite:s.db --json").code == 0);
    CHECK(shell(at, "$LOG --db sqlite:s.db list --kind audit").code == 0);
    for (const char* wrong : {"--state activ", "--kind server"}) {
        const said answer = shell(at, std::string("$LOG --db sqlite:s.db list ") + wrong);
        CHECK(answer.code == 2);
        CHECK_THAT(answer.complaints, contains("not in"));
    }
    CHECK(shell(at, "$LOG --db sqlite:s.db show web1 --at 99999").code == 3);
    CHECK(shell(at, "$LOG --db sqlite:s.db diff web1@1 web1@99999").code == 3);
    CHECK(shell(at, "SLIPWAY_DATABASE_URL=sqlite:s.db $LOG verify").code == 0);
    CHECK(shell(at, "STATE_DIRECTORY=. $LOG list").code == 5);
    std::filesystem::create_directories(at / ".local/state/slipway");
    std::filesystem::copy_file(at / "s.db", at / ".local/state/slipway/slipway.db");
    CHECK_THAT(shell(at, "$LOG list --state active").out, contains("web1") && !contains("web2"));

    CHECK(shell(at, "$LOG --help").code == 0);
    CHECK_THAT(shell(at, "$LOG --version").out, contains("slipway-log " SLIPWAY_VERSION));
    for (const char* wrong : {"$LOG", "$LOG lst", "$LOG show", "$LOG list extra", "$LOG events --after x", "$LOG events --after -1",
                              "$LOG events --after 99999999999999999999",
                              "$LOG graph vm --format svg", "$LOG --db postgresql://u:secret@h/d list",
                              "$LOG --db /x.db list", "$LOG diff a", "$LOG export --format xml"}) {
        const auto answer = shell(at, wrong);
        INFO(wrong);
        CHECK(answer.code == 2);
        CHECK(answer.out == "");
        CHECK_THAT(answer.complaints, contains("slipway-log: ") && !contains("secret"));
    }
    CHECK_THAT(shell(at, "$LOG explode").complaints, contains("there is no verb \"explode\""));
    const auto unknown = shell(at, "$LOG --db sqlite:s.db show web9");
    CHECK(unknown.code == 3);
    CHECK(unknown.complaints == "slipway-log: there is no stream \"web9\". slipway-log list shows the streams.\n");
    const auto missing = shell(at, "$LOG --db sqlite:no/s.db list");
    CHECK(missing.code == 5);
    CHECK(missing.out == "");
    CHECK_THAT(missing.complaints, contains("slipway-log: the event log no/s.db cannot be opened: No such file"));
    run_sql(at / "s.db", "UPDATE events SET actor = 'x' WHERE seq = 2");
    CHECK(shell(at, "$LOG --db sqlite:s.db verify").code == 1);
    run_sql(at / "s.db", "PRAGMA user_version = 77");
    const auto newer = shell(at, "$LOG --db sqlite:s.db list");
    CHECK(newer.code == 5);
    CHECK_THAT(newer.complaints, contains("was written by a newer slipway"));
}

TEST_CASE("the machine can be drawn without any log") {
    temporary_directory at;
    const auto answer = shell(at, "$LOG graph vm");
    CHECK(answer.code == 0);
    CHECK_THAT(answer.out, contains("stateDiagram-v2") && contains("accepted --> key_created"));
    CHECK(shell(at, "$LOG graph vm --stream web1").code == 5);
    CHECK(at.files() == std::vector<std::string>{"stderr", "stdout"});
}

TEST_CASE("a reader that has seen enough ends the output quietly") {
    temporary_directory at;
    {
        auto writer = open_writer(at / "s.db");
        std::vector<append_request> batch;
        for (std::uint64_t n = 1; n <= 400; ++n) batch.push_back(make_request(n, 0, 100));  // more than a pipe holds
        for (const auto& answer : writer.append(std::move(batch))) REQUIRE(answer);
    }
    for (const char* verb : {"events", "events --json", "show web1", "list", "verify"}) {
        const auto answer =
            shell(at, std::string("$LOG --db sqlite:s.db ") + verb + " | head -n 1; echo ${PIPESTATUS[0]}");
        INFO(verb);
        CHECK(std::count(answer.out.begin(), answer.out.end(), '\n') == 2);
        CHECK_THAT(answer.out, !contains("141"));
        if (std::string(verb).starts_with("events")) CHECK(answer.out.ends_with("\n0\n"));
        if (std::string(verb).starts_with("events")) CHECK(answer.complaints == "");
    }
    const auto full = shell(at, "$LOG --db sqlite:s.db events >/dev/full");
    CHECK(full.code == 1);
    CHECK_THAT(full.complaints, contains("stdout cannot be written: No space left on device"));
}

TEST_CASE("every verb answers with JSON, a document a line, and ends quietly in a pipe") {
    temporary_directory at;
    write_example(at / "s.db");
    for (const char* verb : {"list", "list --kind vm --owner cli:alice", "show web1", "show web1 --at 4", "events",
                             "events web3 --after 34", "diff web1 web2", "diff web1@3 web1@9", "why web3", "verify",
                             "check", "stats", "graph vm", "graph contract --stream web1", "export --format jsonl"}) {
        const auto answer = shell(at, std::string("$LOG --db sqlite:s.db --json ") + verb);
        INFO(verb << ": " << answer.complaints);
        if (std::string(verb).starts_with("graph contract")) {
            CHECK(answer.code == 2);  // web1 is no contract
            continue;
        }
        CHECK(answer.code == 0);
        std::istringstream lines(answer.out);
        int count = 0;
        for (std::string line; std::getline(lines, line); ++count) CHECK(nlohmann::json::accept(line));
        CHECK(count > 0);
        const auto piped =
            shell(at, std::string("$LOG --db sqlite:s.db ") + verb + " | head -n 1 | wc -l; echo ${PIPESTATUS[0]}");
        CHECK_THAT(piped.out, contains("1\n0\n"));
        CHECK(piped.complaints == "");
    }
}

TEST_CASE("a log goes through a pipe into a new place") {
    temporary_directory at;
    write_example(at / "s.db");
    const auto piped = shell(at, "$LOG --db sqlite:s.db export | $LOG --db sqlite:t.db import --json");
    CHECK(piped.code == 0);
    CHECK_THAT(piped.out, contains("{\"imported\":46,\"streams\":4,\"install_id\":\""));
    CHECK(shell(at, "$LOG --db sqlite:s.db export >s.jsonl; $LOG --db sqlite:t.db export | cmp - s.jsonl").code == 0);
    CHECK(shell(at, "$LOG --db sqlite:u.db import s.jsonl && $LOG --db sqlite:u.db verify").code == 0);
    const auto again = shell(at, "$LOG --db sqlite:u.db import s.jsonl");
    CHECK(again.code == 4);
    CHECK_THAT(again.complaints, contains("slipway-log: the event log u.db is in use already"));
    CHECK(shell(at, "$LOG --db sqlite:v.db import no.jsonl").code == 2);
    CHECK(shell(at, "$LOG --db sqlite:v.db import </dev/null").code == 1);
    CHECK_FALSE(std::filesystem::exists(at / "v.db"));
    // Without a place of its own it goes where slipway keeps its log, which is made.
    CHECK(shell(at, "$LOG import s.jsonl").code == 0);
    CHECK(std::filesystem::exists(at / ".local/state/slipway/slipway.db"));
}

TEST_CASE("--follow shows what is appended, and ends when nobody reads any more") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    REQUIRE(append_one(writer, make_request(1, 0)));
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        const std::string url = "sqlite:" + (at / "s.db");
        execl(program(), program(), "--db", url.c_str(), "events", "--json", "--follow", nullptr);
        _exit(127);
    }
    close(ends[1]);
    std::string seen;
    // Reads until `count` lines are there; the deadline is for a program that never writes them.
    const auto lines = [&](long count) {
        while (std::count(seen.begin(), seen.end(), '\n') < count) {
            pollfd ready{ends[0], POLLIN, 0};
            char buffer[4096];
            if (poll(&ready, 1, 20'000) <= 0) return false;
            const ssize_t n = read(ends[0], buffer, sizeof buffer);
            if (n <= 0) return false;
            seen.append(buffer, static_cast<std::size_t>(n));
        }
        return true;
    };
    CHECK(lines(1));
    REQUIRE(append_one(writer, make_request(1, 1)));
    REQUIRE(append_one(writer, make_request(2, 0, 2)));
    CHECK(lines(4));
    CHECK_THAT(seen, contains("{\"seq\":4,"));
    close(ends[0]);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);  // it notices without another event
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a log is inspected while it is written") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    vm_life(writer, 1, "web1").made_active();
    CHECK(shell(at, "$LOG --db sqlite:s.db verify").code == 0);
    vm_life(writer, 2, "web2").made_active();
    CHECK_THAT(shell(at, "$LOG --db sqlite:s.db list").out, contains("web2"));
    for (const char* verb : {"check", "stats", "why web1", "export", "diff web1 web2"})
        CHECK(shell(at, std::string("$LOG --db sqlite:s.db ") + verb).code == 0);
    CHECK_THAT(shell(at, "$LOG --db sqlite:s.db why web1").out,
               contains("The log is written by slipway-test (pid " + std::to_string(getpid()) + ") since "));
}
