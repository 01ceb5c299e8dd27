// slipway-log why, in the situations that people ask about.
#include "engine/service/explain.hpp"
#include "tests/support/catch.hpp"
#include "tests/tools/slipway-log/golden.hpp"
#include "tests/tools/slipway-log/support.hpp"

#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

constexpr timestamp first_hour{1'763'650'000'000 + 3'600'000};  // when stream 1 begins

const log_holder daemon_runs{"slipwayd (pid 4711)", {1'763'640'000'000}, true};
const log_holder nobody_runs{"slipwayd (pid 4711)", {1'763'640'000'000}, false};

struct asked {
    std::chrono::milliseconds later{0};  // after the stream began
    std::optional<log_holder> holder = daemon_runs;
    bool json = false;
    std::size_t width = 0;
};

said why(const temporary_directory& at, const std::string& stream, const asked& how) {
    return look(
        at / "s.db", [&](auto& on) { return inspection::why(on, stream, first_hour + how.later, how.holder); },
        how.json, how.width);
}

void golden(const std::string& name, const said& answer) {
    CHECK(answer.code == 0);
    CHECK(answer.complaints == "");
    check_golden(name, answer.out);
}

step_failed failure(step s, failure_code code, const std::string& message) {
    step_failed e;
    e.step = s;
    e.code = code;
    e.message = message;
    return e;
}

contract_accepted contract() {
    contract_accepted e;
    e.contract_id = "c-7";
    e.offering = "small";
    e.owner = "buyer";
    e.spec.name = "dc-c7";
    e.spec.provider = "acme";
    e.spec.candidates = {{"cx23", "nbg1", 1}};
    e.spec.image = "ubuntu-24.04";
    e.spec.key_name = "buyer";
    e.spec.key_fingerprint = "aa:bb:cc";
    e.expires_at = timestamp{first_hour.ms + 30LL * 86'400'000};
    return e;
}

using namespace std::chrono_literals;

}  // namespace

TEST_CASE("why: a VM that is active") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life(log, 1, "web1").made_active();
    }
    golden("why-active.txt", why(at, "web1", {3h}));
    golden("why-active-narrow.txt", why(at, "web1", {3h, daemon_runs, false, 60}));
    golden("why-active.json", why(at, "web1", {3h, daemon_runs, true}));
}

TEST_CASE("why: a VM that waits for its second try") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life web1(log, 1, "web1");
        web1.requested();
        web1.key_registered();
        web1.started(step::create_server);
        web1.create_failed(failure_code::unavailable, "cx23 is sold out in nbg1", 5000, variation::next_candidate);
    }
    golden("why-retry.txt", why(at, "web1", {2s}));
    golden("why-retry.json", why(at, "web1", {2s, daemon_runs, true}));
    golden("why-retry-overdue.txt", why(at, "web1", {10min, nobody_runs}));
}

TEST_CASE("why: a step whose outcome is not known yet") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life web1(log, 1, "web1");
        web1.requested();
        web1.key_registered();
        web1.started(step::create_server);
        auto lost = failure(step::create_server, failure_code::lost, "the connection broke before the answer came");
        lost.unknown = true;
        lost.retry_at = first_hour + 3s;
        web1.then(500, {lost});
        web1.started(step::create_server, 2200, 2);
    }
    golden("why-in-doubt.txt", why(at, "web1", {1min, nobody_runs}));
}

TEST_CASE("why: a command that was refused") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life web1(log, 1, "web1");
        web1.made_active();
        web1.deleted();
        web1.then(1000, {command_refused{"end_vm", "web1 has been deleted already", "terminated"}});
    }
    golden("why-refused.txt", why(at, "web1", {5h}));
}

TEST_CASE("why: a VM that failed, with something left behind") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life web1(log, 1, "web1");
        web1.requested();
        web1.key_registered();
        web1.server_made();
        web1.started(step::reach_ssh);
        web1.then(120'000, {failure(step::reach_ssh, failure_code::timed_out, "SSH did not answer within 120 s")});
        web1.started(step::delete_server);
        web1.then(900,
                  {failure(step::delete_server, failure_code::protected_resource, "it is protected from deletion")});
        web1.started(step::release_key);
        web1.then(300, conclude(web1.state(), {key_deleted{7001, true}}));
    }
    golden("why-failed-leak.txt", why(at, "web1", {1h}));
    golden("why-failed-leak.json", why(at, "web1", {1h, daemon_runs, true}));
}

TEST_CASE("why: a contract whose end could not be reached") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life c7(log, 1, "c-7");
        c7.then(0, {contract()});
        c7.made_active_from_request();
        c7.then(7'200'000, {end_requested{"payment_failed"}});
        for (int attempt = 1; attempt <= 4; ++attempt) {
            c7.started(step::delete_server, 60'000, attempt);
            auto e = failure(step::delete_server, failure_code::server_error, "the service is not available");
            if (attempt < 4) e.retry_at = first_hour + 3h;
            c7.then(500, {e});
        }
        c7.started(step::release_key);
        c7.then(300, conclude(c7.state(), {key_deleted{7001, true}}));
    }
    golden("why-termination-failed.txt", why(at, "c-7", {4h}));
}

TEST_CASE("why: a contract that ends by itself") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life c7(log, 1, "c-7");
        c7.then(0, {contract()});
        c7.made_active_from_request();
    }
    golden("why-contract.txt", why(at, "c-7", {3h}));
    golden("why-contract-overdue.txt", why(at, "c-7", {31 * 24h, nobody_runs}));
}

TEST_CASE("why: an audit that found something") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life audit(log, 1, "acme");
        audited found;
        found.provider = "acme";
        audit.then(0, {found});
        found.findings = {{finding_kind::orphan, resource_kind::server, 77, "old", "", "0.1464 EUR net"},
                          {finding_kind::vanished, resource_kind::server, 78, "web9", stream_number(9).text, ""}};
        audit.then(60'000, {found});
    }
    golden("why-audit.txt", why(at, "acme", {2h, std::nullopt}));
}

TEST_CASE("why: each state of a VM and of a contract has a meaning of its own") {
    for (const machine* m : {&vm_kind_machine(), &contract_kind_machine()}) {
        std::set<std::string> meanings;
        for (std::size_t at = 0; at < m->states.size(); ++at) {
            INFO(m->kind << " " << m->states[at]);
            service::story of;
            of.state.table = m;
            of.state.at = static_cast<std::uint8_t>(at);
            of.state.data.spec.candidates = {{"cx23", "nbg1", 1}};
            of.state.data.failure = slipway::failed{step::reach_ssh, failure_code::timed_out, "no answer", {}};
            const auto said = service::explain(of, timestamp{});
            CHECK_THAT(said.at(0), contains("in the state " + std::string(m->states[at])));
            REQUIRE(said.size() == 3);  // its meaning, and what comes next
            CHECK(meanings.insert(said[1]).second);
        }
    }
}

TEST_CASE("why: a stream that cannot be replayed to its end is explained as far as it goes") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        vm_life(log, 1, "web1").made_active();
    }
    run_sql(at / "s.db", "UPDATE events SET type = 'of_the_future' WHERE seq = 9");
    const auto answer = why(at, "web1", {1h});
    CHECK(answer.code == 1);
    CHECK_THAT(answer.out, contains("web1 has been in the state ssh_ready since"));
    CHECK_THAT(answer.complaints, contains("cannot be replayed behind version 8") && contains("of_the_future"));
    run_sql(at / "s.db", "UPDATE events SET type = 'of_the_future' WHERE seq = 1");
    const auto nothing = why(at, "web1", {1h});
    CHECK(nothing.code == 1);
    CHECK(nothing.out == "");
    CHECK_THAT(nothing.complaints, contains("cannot be replayed"));
}

TEST_CASE("who writes the log is seen without touching its lock") {
    temporary_directory at;
    {
        auto log = open_writer(at / "s.db");
        auto source = sqlite::reader::open(at / "s.db").value();
        const auto holder = source.holder();
        REQUIRE(holder);
        CHECK(holder->who == "slipway-test (pid " + std::to_string(getpid()) + ")");
        CHECK(holder->running);
    }
    auto source = sqlite::reader::open(at / "s.db").value();
    CHECK_FALSE(source.holder()->running);
}
