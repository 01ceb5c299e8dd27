// The log verified through the service, a part at a time, beside engines that go on writing. The simulated log keeps no
// hashes; here it is read with those that a store would have made, and with what a test has done to it.
#include "tests/engine/service/fixture.hpp"

#include "engine/runtime/hash_chain.hpp"

#include <functional>
#include <map>

using namespace slipway;
using namespace slipway::test;
namespace asio = boost::asio;

namespace {

class hashed_log final : public event_log {
public:
    explicit hashed_log(event_log& under) : under_(under) {}

    std::string install_id() const override { return under_.install_id(); }
    asio::awaitable<append_result> append(append_request request) override { return under_.append(std::move(request)); }
    asio::awaitable<result<std::vector<event_record>>> read_all(std::uint64_t after, std::size_t limit) override {
        return under_.read_all(after, limit);
    }
    asio::awaitable<result<std::vector<stream_id>>> live_with_key(std::string provider, std::string key,
                                                                  stream_id except) override {
        return under_.live_with_key(std::move(provider), std::move(key), std::move(except));
    }
    asio::awaitable<result<std::vector<event_record>>> find_command(std::string id) override {
        return under_.find_command(std::move(id));
    }
    asio::awaitable<result<std::optional<std::string>>> find_request(std::string key) override {
        return under_.find_request(std::move(key));
    }

    asio::awaitable<result<std::vector<event_record>>> read_stream(stream_id stream, std::uint64_t after) override {
        if (const auto broken = broken_.find(stream.text); broken != broken_.end()) co_return broken->second;
        auto records = co_await hashed(stream, after);
        if (records && damage) damage(*records);
        co_return records;
    }
    asio::awaitable<result<std::vector<stream_head>>> heads(head_filter filter) override {
        const bool one_alone = filter.stream.has_value();
        auto found = co_await under_.heads(std::move(filter));
        if (!found) co_return found;
        for (stream_head& head : *found) {
            const auto records = co_await hashed(head.stream, 0);
            head.hash = records->back().hash;
            const auto early = earlier.find(head.stream.text);
            if (early != earlier.end() && (!one_alone || stays)) head = early->second;
        }
        co_return found;
    }

    std::function<void(std::vector<event_record>&)> damage;
    std::map<std::string, stream_head> earlier;  // what a list of heads says
    bool stays = false;                          // and who asks for that one alone is told
    void breaks(const stream_id& stream, error_kind kind) { broken_[stream.text] = make_error(kind, "it broke"); }

private:
    asio::awaitable<result<std::vector<event_record>>> hashed(stream_id stream, std::uint64_t after) {
        auto records = co_await under_.read_stream(stream, after);
        if (!records) co_return records;
        std::string hash{first_previous_hash};
        for (event_record& record : *records) record.hash = hash = chain_hash(hash, record);
        co_return records;
    }

    event_log& under_;
    std::map<std::string, error> broken_;
};

struct verified_house : service_fixture {
    verified_house() {
        web1 = live(spec_named("web1"));
        web2 = live(spec_named("web2"));
    }

    service::answer<service::verification> verify(const std::string& after = {}, std::size_t limit = 200) {
        return ask(checking.verify(after, limit, from("a")));
    }

    hashed_log log{host.process_ports().log};
    service::marketplace checking{
        {host.loop().get_executor(), nullptr, log, registry, *projects, *tokens, host.process_ports().clock}, {}};
    stream_id web1, web2;
};

}  // namespace

TEST_CASE("a right log is verified in parts, each stream once") {
    verified_house f;
    const auto all = f.verify();
    REQUIRE(all);
    CHECK(all->problems.empty());
    CHECK(all->streams == f.u.log.all_heads().size());
    CHECK(all->events == f.u.log.records().size());
    CHECK(all->next.empty());
    const auto first = f.verify({}, 1);
    CHECK(first->streams == 1);
    CHECK(first->next == f.web1.text);
    const auto second = f.verify(first->next, 1);
    CHECK(second->streams == 1);
    CHECK(first->events + second->events == all->events);
    CHECK(second->next.empty());
}

TEST_CASE("a changed record is named with its stream and version, and hides no other stream") {
    verified_house f;
    f.log.damage = [&](std::vector<event_record>& records) {
        if (records.front().stream == f.web1) records[2].actor = "somebody";
    };
    const auto all = f.verify();
    REQUIRE(all);
    REQUIRE(all->problems.size() == 1);
    CHECK(all->problems[0].problem == "hash_mismatch");
    CHECK(all->problems[0].stream == f.web1.text);
    CHECK(all->problems[0].version == 3);
    CHECK(all->streams == 2);
}

TEST_CASE("a stream that grows while it is verified is right; a head that stays behind is not") {
    verified_house f;
    f.log.earlier[f.web1.text] = f.u.log.all_heads().at(f.web1);
    REQUIRE(f.end(f.web1));
    REQUIRE(f.host.run_until_at_rest(f.web1));
    CHECK(f.verify()->problems.empty());
    f.log.stays = true;
    const auto all = f.verify();
    REQUIRE_FALSE(all->problems.empty());
    for (const auto& one : all->problems) {
        CHECK(one.problem == "head_differs");
        CHECK(one.stream == f.web1.text);
    }
}

TEST_CASE("a stream that cannot be read is a problem; a database that cannot be reached is no answer") {
    verified_house f;
    f.log.breaks(f.web1, error_kind::storage);
    const auto all = f.verify();
    REQUIRE(all->problems.size() == 1);
    CHECK(all->problems[0].problem == "unreadable");
    CHECK(all->problems[0].message == "it broke");
    CHECK(all->streams == 2);
    f.log.breaks(f.web2, error_kind::unreachable);
    CHECK(f.verify().error().kind == error_kind::unreachable);
}

TEST_CASE("a part ends early behind a long stream") {
    verified_house f;
    f.log.damage = [&](std::vector<event_record>& records) {
        if (records.front().stream == f.web1) records.resize(20'000, records.back());
    };
    const auto part = f.verify();
    CHECK(part->streams == 1);
    CHECK(part->events == 20'000);
    CHECK(part->next == f.web1.text);
}
