// What every store promises of its event log (engine/ports/event_log.hpp), asked of each of them.
#include "engine/runtime/hash_chain.hpp"
#include "tests/adapters/postgres/conformance.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

using namespace slipway;
using namespace slipway::test;

namespace {

append_failure failure_of(const append_result& answer) {
    REQUIRE_FALSE(answer);
    CHECK_FALSE(answer.error().message.empty());
    return answer.error().failure;
}

bool same(const event_record& a, const event_record& b) {
    return a.stream == b.stream && a.kind == b.kind && a.version == b.version && a.type == b.type &&
           a.schema_version == b.schema_version && a.event_id == b.event_id && a.at == b.at && a.actor == b.actor &&
           a.command_id == b.command_id && a.data == b.data;
}

std::vector<std::string> ids(const std::vector<stream_head>& heads) {
    std::vector<std::string> out;
    for (const auto& h : heads) out.push_back(h.stream.text);
    return out;
}

}  // namespace

TEST_CASE("conformance: what is appended is read as it was given, and its hashes are a chain") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    append_request first = make_request(1, 0, 3);
    first.events[1].data = R"({"text":"quote \" backslash \\ ünïcode \u0000 {}"})";
    first.head.name = R"(a "quoted\name", {NULL})";
    first.head.due_at = timestamp{1'763'650'000'123};
    const auto stored = append(store, first);
    REQUIRE(stored);
    CHECK_FALSE(stored->repeated);
    REQUIRE(stored->records.size() == 3);
    REQUIRE(append(store, make_request(1, 3)));
    const auto records = wait_for(store.log->read_stream(first.head.stream, 0)).value();
    REQUIRE(records.size() == 4);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(same(records[i], stored->records[i]));
        CHECK(records[i].seq == stored->records[i].seq);
        CHECK(records[i].data == first.events[i].data);
        CHECK(records[i].version == i + 1);
    }
    if (where.kind != store_kind::simulated) {
        std::string hash(first_previous_hash);
        for (const auto& r : records) CHECK(r.hash == (hash = chain_hash(hash, r)));
    }
    CHECK(wait_for(store.log->read_stream(first.head.stream, 3)).value().size() == 1);
    CHECK(wait_for(store.log->read_stream(stream_number(9), 0)).value().empty());
}

TEST_CASE("conformance: the head is the last append's") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    append_request request = opening(1);
    request.head.due_at = timestamp{77};
    REQUIRE(append(store, request));
    append_request next = make_request(1, 1);
    next.head.state = "active";
    next.head.at_rest = true;
    next.head.key_fingerprint = "";
    REQUIRE(append(store, next));
    const auto heads = wait_for(store.log->heads({})).value();
    REQUIRE(heads.size() == 1);
    const stream_head& h = heads.front();
    CHECK(h.stream == next.head.stream);
    CHECK(h.kind == "vm");
    CHECK(h.state == "active");
    CHECK(h.version == 2);
    CHECK(h.owner == "cli:alice");
    CHECK(h.name == "web1");
    CHECK(h.provider == "direct");
    CHECK(h.key_fingerprint.empty());
    CHECK_FALSE(h.due_at);
    CHECK(h.at_rest);
    CHECK_FALSE(h.ended);
    CHECK(h.definition == "0123456789abcdef");
}

TEST_CASE("conformance: who expects another version is told so, and nothing of it is stored") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    REQUIRE(append(store, opening(1)));
    append_request late = opening(1);
    late.events[0].event_id = fixed_uuid(1);
    late.events[0].command_id = "another";
    CHECK(failure_of(append(store, late)) == append_failure::version_conflict);
    append_request early = make_request(1, 2);
    CHECK(failure_of(append(store, early)) == append_failure::version_conflict);
    CHECK(failure_of(append(store, make_request(2, 4))) == append_failure::version_conflict);
    CHECK(wait_for(store.log->read_all(0, 10)).value().size() == 1);
    CHECK(wait_for(store.log->find_command("another")).value().empty());
}

TEST_CASE("conformance: an append that is sent twice is stored once") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    const auto first = append(store, make_request(1, 0, 2));
    REQUIRE(first);
    REQUIRE(append(store, make_request(1, 2)));
    const auto again = append(store, make_request(1, 0, 2));
    REQUIRE(again);
    CHECK(again->repeated);
    REQUIRE(again->records.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(same(again->records[i], first->records[i]));
        CHECK(again->records[i].seq == first->records[i].seq);
    }
    CHECK(wait_for(store.log->read_all(0, 10)).value().size() == 3);
}

TEST_CASE("conformance: many appends at once, and each is answered for itself") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    boost::asio::io_context loop(1);
    std::size_t stored = 0, refused = 0;
    const auto ask = [&](append_request request, bool shall_be_stored) {
        boost::asio::co_spawn(loop, store.log->append(std::move(request)),
                              [&, shall_be_stored](std::exception_ptr failed, append_result answer) {
                                  CHECK_FALSE(failed);
                                  CHECK(answer.has_value() == shall_be_stored);
                                  ++(answer ? stored : refused);
                              });
    };
    for (std::uint64_t n = 1; n <= 400; ++n) ask(opening(n), true);
    for (std::uint64_t n = 1; n <= 400; ++n) ask(make_request(n, 1), true);  // behind it in its stream
    for (std::uint64_t n = 1; n <= 40; ++n) ask(make_request(n * 10, 5), false);
    loop.run();
    CHECK(stored == 800);
    CHECK(refused == 40);
    CHECK(wait_for(store.log->heads({})).value().size() == 400);
    // In order of seq, no record twice, however small the pages.
    std::set<std::string> seen;
    std::uint64_t after = 0;
    for (;;) {
        const auto page = wait_for(store.log->read_all(after, 7)).value();
        if (page.empty()) break;
        for (const auto& r : page) {
            CHECK(r.seq > after);
            after = r.seq;
            CHECK(seen.insert(r.event_id).second);
        }
    }
    CHECK(seen.size() == 800);
}

TEST_CASE("conformance: heads are found by what they say, in order of their ids or of what is due") {
    store_under_test where(any_store());
    INFO(name_of(where.kind));
    auto store = where.open();
    for (std::uint64_t n = 1; n <= 6; ++n) {
        append_request r = opening(n);
        r.head.owner = n % 2 ? "odd" : "even";
        r.head.provider = n > 3 ? "p2" : "p1";
        r.head.state = n == 6 ? "failed" : "accepted";
        r.head.at_rest = n > 4;
        r.head.ended = n == 5;
        if (n == 1) r.head.due_at = timestamp{900};
        if (n == 2) r.head.due_at = timestamp{100};
        REQUIRE(append(store, r));
    }
    const auto found = [&](auto set) {
        head_filter f;
        set(f);
        std::string out;
        for (const auto& id : ids(wait_for(store.log->heads(f)).value()))
            for (std::uint64_t n = 1; n <= 6; ++n)
                if (id == stream_number(n).text) out += std::to_string(n);
        return out;
    };
    CHECK(found([](head_filter&) {}) == "123456");
    CHECK(found([](head_filter& f) { f.owner = "odd"; }) == "135");
    CHECK(found([](head_filter& f) { f.provider = "p2"; }) == "456");
    CHECK(found([](head_filter& f) { f.provider = "p2", f.owner = "even"; }) == "46");
    CHECK(found([](head_filter& f) { f.state = "failed"; }) == "6");
    CHECK(found([](head_filter& f) { f.kind = "contract"; }).empty());
    CHECK(found([](head_filter& f) { f.name = "web3"; }) == "3");
    CHECK(found([](head_filter& f) { f.stream = stream_number(4).text; }) == "4");
    CHECK(found([](head_filter& f) { f.after = stream_number(4).text; }) == "56");
    CHECK(found([](head_filter& f) { f.limit = 2; }) == "12");
    CHECK(found([](head_filter& f) { f.live_only = true; }) == "12346");
    head_filter live;
    live.live_only = true;
    stream_counts counted;
    for (const stream_head& head : wait_for(store.log->heads(live)).value()) ++counted[{head.kind, head.state}];
    CHECK(wait_for(store.log->count_live()).value() == counted);
    if (where.kind != store_kind::simulated) CHECK(found([](head_filter& f) { f.unfinished_only = true; }) == "3421");
    const auto key = wait_for(store.log->live_with_key("p1", "aa:bb", stream_number(2))).value();
    REQUIRE(key.size() == 2);
    CHECK(key[0] == stream_number(1));
    CHECK(key[1] == stream_number(3));
    CHECK(wait_for(store.log->live_with_key("p1", "cc", stream_number(2))).value().empty());
    const auto command = wait_for(store.log->find_command("command-2-0")).value();
    REQUIRE(command.size() == 1);
    CHECK(command[0].stream == stream_number(2));
    CHECK(wait_for(store.log->find_command("")).value().empty());
}

TEST_CASE("conformance: a name is one live VM's in a project, and a contract's id one contract's for ever") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto store = where.open(), other = where.open();
    const auto named = [](std::uint64_t n, const char* kind, const char* provider) {
        append_request r = opening(n);
        r.head.kind = kind;
        r.head.name = "shop";
        r.head.provider = provider;
        return r;
    };
    REQUIRE(append(store, named(1, "vm", "p1")));
    CHECK(failure_of(append(other, named(2, "vm", "p1"))) == append_failure::taken);
    REQUIRE(append(other, named(3, "vm", "p2")));
    REQUIRE(append(other, named(4, "contract", "p1")));
    CHECK(failure_of(append(store, named(5, "contract", "p2"))) == append_failure::taken);
    append_request end = make_request(1, 1);
    end.head.name = "shop";
    end.head.provider = "p1";
    end.head.ended = end.head.at_rest = true;
    REQUIRE(append(store, end));
    REQUIRE(append(other, named(2, "vm", "p1")));
    append_request over = make_request(4, 1);
    over.head.kind = "contract";
    over.head.name = "shop";
    over.head.ended = over.head.at_rest = true;
    REQUIRE(append(store, over));
    CHECK(failure_of(append(other, named(6, "contract", "p1"))) == append_failure::taken);
}

TEST_CASE("conformance: a command is carried out once, whoever it is given to") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto store = where.open(), other = where.open();
    append_request one = opening(1), two = opening(2);
    two.events[0].command_id = one.events[0].command_id;
    REQUIRE(append(store, one));
    CHECK(failure_of(append(other, two)) == append_failure::taken);
    append_request goes_on = make_request(1, 1);
    goes_on.events[0].command_id = one.events[0].command_id;
    CHECK(failure_of(append(other, goes_on)) == append_failure::taken);
    // What was refused has left nothing behind: the stream can be opened by another command.
    two.events[0].command_id = "another";
    REQUIRE(append(other, two));
    append_request nobodys = make_request(2, 1);
    nobodys.events[0].command_id = "";
    REQUIRE(append(store, nobodys));
    nobodys = make_request(2, 2);
    nobodys.events[0].command_id = "";
    REQUIRE(append(store, nobodys));
}

TEST_CASE("conformance: a request's key is kept with the events that answer it, and with nothing else") {
    store_under_test where(GENERATE(store_kind::sqlite, store_kind::postgres, store_kind::simulated));
    INFO(name_of(where.kind));
    auto store = where.open();
    const auto digest_of = [&](const std::string& key) { return wait_for(store.log->find_request(key)).value(); };
    append_request one = opening(1);
    one.request = {"k", "what was asked for"};
    CHECK(digest_of("k") == std::nullopt);
    REQUIRE(append(store, one));
    CHECK(digest_of("k") == "what was asked for");
    append_request late = make_request(1, 5);  // that nothing is stored of
    late.request = {"l", "too late"};
    CHECK(failure_of(append(store, late)) == append_failure::version_conflict);
    CHECK(digest_of("l") == std::nullopt);
    // The first request stays the one: a request for three VMs is three appends.
    append_request two = opening(2);
    two.request = {"k", "another"};
    REQUIRE(append(store, two));
    CHECK(digest_of("k") == "what was asked for");
    CHECK(digest_of("") == std::nullopt);
}

TEST_CASE("conformance: an append under an older lease is fenced") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto one = where.open(), two = where.open();
    REQUIRE(append(one, opening(1)));
    const std::string stream = stream_number(1).text;
    const auto held = wait_for(one.leases->claim(stream)).value();
    REQUIRE(held);
    append_request step = make_request(1, 1);
    step.epoch = held->epoch;
    REQUIRE(append(one, step));
    where.let_all_leases_run_out();
    step = make_request(1, 2);
    step.epoch = held->epoch;
    REQUIRE(append(one, step));  // it ran out, and nobody has taken it since
    const auto taken = wait_for(two.leases->claim(stream)).value();
    REQUIRE(taken);
    CHECK(taken->epoch == held->epoch + 1);
    step = make_request(1, 3);
    step.epoch = held->epoch;
    CHECK(failure_of(append(one, step)) == append_failure::fenced);
    step.epoch = taken->epoch + 1;
    CHECK(failure_of(append(one, step)) == append_failure::fenced);
    append_request command = make_request(1, 3);  // commands need no lease
    REQUIRE(append(one, command));
    step = make_request(1, 4);
    step.epoch = taken->epoch;
    REQUIRE(append(two, step));
    step = make_request(1, 2);  // what was stored counts, whoever has the lease now
    step.epoch = held->epoch;
    const auto again = append(one, step);
    REQUIRE(again);
    CHECK(again->repeated);
}
