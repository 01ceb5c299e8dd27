#include "adapters/api/feed.hpp"

#include "engine/model/record_line.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace slipway::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace

std::string json_lines(const std::vector<event_record>& records) {
    std::string text;
    for (const event_record& record : records) text += record_line(record) + "\n";
    return text;
}

std::string server_sent(const event_record& record) {
    // A type with a line's end in it would begin another field.
    std::string type = record.type;
    std::erase_if(type, [](char c) { return c == '\r' || c == '\n'; });
    return "id: " + std::to_string(record.seq) + "\nevent: " + type + "\ndata: " + record_line(record) + "\n\n";
}

asio::awaitable<void> follow(service::operations& service, service::events_query query, service::origin from,
                             handler_options options, net::body_writer& to) {
    using namespace asio::experimental::awaitable_operators;
    // Says at once that the feed is open, also through proxies that wait for a first byte.
    bool listening = co_await to.write(": slipway\n\n");
    while (listening) {
        // All are read, also where one stream is wanted: only so is it known where the log has got to.
        service::events_query next;
        next.after = query.after;
        next.limit = options.feed_batch;
        auto batch = co_await service.events(std::move(next), from);
        if (!batch) co_return;  // the reader comes back, with Last-Event-ID
        std::string text;
        for (const event_record& record : *batch) {
            query.after = record.seq;
            if (query.stream.empty() || record.stream.text == query.stream) text += server_sent(record);
        }
        if (!text.empty()) {
            listening = co_await to.write(text);
            continue;
        }
        if (!batch->empty()) continue;
        auto news = service.events_after(query.after);
        auto silence = pause(options.heartbeat);
        auto either = std::move(news) || std::move(silence);
        const auto ended = co_await std::move(either);
        if (ended.index() == 1) listening = co_await to.write(": still here\n\n");
    }
}

}  // namespace slipway::api
