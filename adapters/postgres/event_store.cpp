#include "adapters/postgres/event_store.hpp"

#include "adapters/postgres/append_lane.hpp"
#include "adapters/postgres/event_rows.hpp"
#include "adapters/postgres/growth_news.hpp"
#include "adapters/postgres/schema_steps.hpp"
#include "adapters/postgres/settled_feed.hpp"
#include "engine/runtime/system.hpp"

#include <array>
#include <functional>
#include <memory>
#include <utility>

namespace slipway::postgres {

namespace asio = boost::asio;

namespace {

constexpr std::size_t connections = 3;
// While one statement is on its way the next is made ready. A stream has its lane, so that its appends keep their order.
constexpr std::size_t lanes = 2;
// An append takes some milliseconds, and so do these; who is slower is waited for by whoever reads.
constexpr int looks_at_a_gap = 50;
// A server that does not answer for so long is taken for gone: less than the shortest lease.
constexpr std::chrono::seconds longest_answer{10};

}  // namespace

struct event_store::threads {
    threads(const server_address& where, const std::string& process)
        : watched(longest_answer),
          others(where, connections, watched, known),
          leasing(where, 1, watched, known),
          news(others, process) {
        for (auto& one : all_lanes) one = std::make_unique<append_lane>(where, watched, news, process, known);
    }
    ~threads() {
        for (auto& one : all_lanes) one->stop();
    }

    append_lane& lane_of(const stream_id& stream) { return *all_lanes[std::hash<std::string>()(stream.text) % lanes]; }

    const std::shared_ptr<furthest_event> known = std::make_shared<furthest_event>();
    watch watched;
    connection_threads others;
    connection_threads leasing;  // one: what is asked for meanwhile shares the next statement
    std::shared_ptr<settled_feed> feed = std::make_shared<settled_feed>();
    growth_news news;
    std::array<std::unique_ptr<append_lane>, lanes> all_lanes;
};

result<std::unique_ptr<event_store>> event_store::open(const server_address& where, mode how) {
    session first(where);
    if (how == mode::work)
        if (auto migrated = migrate(first); !migrated) return migrated.error();
    auto facts = look_at_schema(first);
    if (!facts) return facts.error();
    if (how == mode::work)
        if (auto may = may_work(first); !may) return may.error();
    if (facts->schema < static_cast<int>(migrations().size()))
        return make_error(error_kind::unreachable,
                          facts->schema == 0
                              ? where.place() + " is empty: slipway has not made its tables there yet."
                              : where.place() + " was written by an older slipway (schema version " +
                                    std::to_string(facts->schema) + "). Start slipwayd once: it brings it up to date.");
    return std::unique_ptr<event_store>(new event_store(where, how, facts->install_id, random_uuid()));
}

event_store::event_store(const server_address& where, mode how, std::string install_id, std::string process)
    : mode_(how),
      install_id_(std::move(install_id)),
      process_(std::move(process)),
      threads_(std::make_unique<threads>(where, process_)) {}

event_store::~event_store() = default;

std::shared_ptr<const furthest_event> event_store::known() const { return threads_->known; }

connection_threads& event_store::others() { return threads_->others; }

error event_store::only_looks() {
    return make_error(error_kind::storage, "this process only reads the database: nothing was written");
}

histogram event_store::commit_times() const {
    histogram all(instants);
    if (!threads_) return all;
    for (const auto& lane : threads_->all_lanes) all.add(lane->commit_times());
    return all;
}

asio::awaitable<append_result> event_store::append(append_request request) {
    if (mode_ == mode::look) co_return append_error{append_failure::fenced, only_looks().message};
    appender::check(request);
    one_shot<append_result> receiver(co_await asio::this_coro::executor);
    append_lane& in = threads_->lane_of(request.head.stream);
    pending_append item{std::move(request), receiver.make_sender()};
    in.push(std::move(item));
    append_result stored = co_await receiver.receive();
    co_return stored;
}

asio::awaitable<result<void>> event_store::change(session::work work) {
    if (mode_ == mode::look) work = [](transaction_base&) -> result<void> { return only_looks(); };
    return others().change(std::move(work));
}

void event_store::take_turn(connection_threads::job job) { threads_->leasing.run_soon(std::move(job)); }

asio::awaitable<result<std::vector<event_record>>> event_store::read_stream(stream_id stream,
                                                                            std::uint64_t after_version) {
    std::function<result<std::vector<event_record>>(transaction_base&)> work =
        [known = threads_->known, stream = std::move(stream), after_version](transaction_base& in) {
            auto records = stream_records(in, stream, after_version);
            known->saw(records);
            return records;
        };
    return read(std::move(work));
}

asio::awaitable<result<std::vector<event_record>>> event_store::read_all(std::uint64_t after_seq, std::size_t limit) {
    for (int tries = 0;; ++tries) {
        std::function<result<feed_page>(transaction_base&)> work =
            [feed = threads_->feed, known = threads_->known, after_seq, limit](transaction_base& in) {
                feed_page page = feed->read(in, after_seq, limit);
                known->saw(page.records);
                return page;
            };
        auto page = co_await others().ask<feed_page>(connection_threads::access::look, std::move(work));
        if (!page) co_return page.error();
        const bool wait_for_more = page->is_cut && page->records.empty() && tries < looks_at_a_gap;
        if (!wait_for_more) co_return std::move(page->records);
    }
}

asio::awaitable<result<std::vector<stream_head>>> event_store::heads(head_filter filter) {
    std::function<result<std::vector<stream_head>>(transaction_base&)> work =
        [filter = std::move(filter)](transaction_base& in) { return stream_heads(in, filter); };
    return read(std::move(work));
}

asio::awaitable<result<stream_counts>> event_store::count_live() {
    std::function<result<stream_counts>(transaction_base&)> work = [](transaction_base& in) -> result<stream_counts> {
        stream_counts counts;
        for (const auto& row : execute(in, "SELECT kind, state, count(*) FROM streams WHERE NOT ended GROUP BY kind, state", {}))
            counts[{text_in(row[0]), text_in(row[1])}] = row[2].as<std::size_t>();
        return counts;
    };
    return read(std::move(work));
}

asio::awaitable<result<std::vector<stream_id>>> event_store::live_with_key(std::string provider,
                                                                           std::string key_fingerprint,
                                                                           stream_id except) {
    std::function<result<std::vector<stream_id>>(transaction_base&)> work =
        [provider = std::move(provider), key_fingerprint = std::move(key_fingerprint),
         except = std::move(except)](transaction_base& in) {
            return live_streams_with_key(in, provider, key_fingerprint, except);
        };
    return read(std::move(work));
}

asio::awaitable<result<std::vector<event_record>>> event_store::find_command(std::string command_id) {
    std::function<result<std::vector<event_record>>(transaction_base&)> work =
        [command_id = std::move(command_id)](transaction_base& in) { return command_records(in, command_id); };
    return read(std::move(work));
}

asio::awaitable<result<std::optional<std::string>>> event_store::find_request(std::string key) {
    std::function<result<std::optional<std::string>>(transaction_base&)> work =
        [values = parameters{std::move(key)}](transaction_base& in) -> result<std::optional<std::string>> {
        std::optional<std::string> digest;
        for (const auto& row : execute(in, "SELECT request FROM idempotency_keys WHERE key = $1", values))
            digest = text_in(row[0]);
        return digest;
    };
    return read(std::move(work));
}

}  // namespace slipway::postgres
