// slipway top: the fleet at a terminal, drawn anew as it changes; q ends it. Where there is no terminal it is printed once.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/log_news.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/top/fleet_snapshot.hpp"
#include "adapters/cli/top/full_screen.hpp"
#include "adapters/cli/verbs.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <csignal>

namespace slipway::cli {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr std::size_t most_printed = 1000;
constexpr std::chrono::milliseconds between_refreshes{500};

// What is drawn, and where.
class live_fleet {
public:
    live_fleet(api_session& session, fleet_snapshot first) : session_(session), fleet_(std::move(first)) {}

    // Until it is interrupted.
    awaitable<int> run() {
        using namespace asio::experimental::awaitable_operators;
        auto stopped = session_.interrupted();  // first: whoever sees it can end it
        auto resizing = redraw_on_resize();
        auto ending = until_q();
        auto following = follow();
        co_await (std::move(stopped) || std::move(resizing) || std::move(ending) || std::move(following));
        co_return exit_done;
    }

private:
    awaitable<void> follow() {
        draw();
        log_news news(session_);
        bool following = false;
        for (;;) {
            result<void> well;
            if (!following) {
                well = co_await news.begin();
                following = well.has_value();
                if (well) well = co_await read();
            } else {
                const auto records = co_await news.next();
                if (!records)
                    well = records.error();
                else if (!records->empty())
                    well = co_await read();
            }
            following = following && well;
            trouble_ = well ? std::string() : well.error().message;
            draw();
            co_await session_.clock().sleep(between_refreshes);
        }
    }

    awaitable<result<void>> read() {
        auto now = co_await read_fleet(session_, full_screen::size().lines);
        if (!now) co_return now.error();
        fleet_ = *std::move(now);
        co_return result<void>{};
    }

    awaitable<void> redraw_on_resize() {
        asio::signal_set resized(session_.executor(), SIGWINCH);
        for (;;) {
            co_await resized.async_wait(asio::use_awaitable);
            const auto read_anew = co_await read();  // there may be room for more
            if (read_anew) draw();
        }
    }

    awaitable<void> until_q() {
        asio::posix::stream_descriptor keys(session_.executor(), ::dup(STDIN_FILENO));
        for (char key = 0; key != 'q' && key != 'Q';) co_await keys.async_read_some(asio::buffer(&key, 1), asio::use_awaitable);
    }

    void draw() {
        auto lines = fleet_lines(fleet_, session_.clock().now(), full_screen::size().columns);
        if (!trouble_.empty()) lines.insert(lines.begin() + 1, trouble_ + " (what is shown is of " + to_rfc3339(fleet_.at) + ")");
        screen_.draw(lines);
    }

    api_session& session_;
    fleet_snapshot fleet_;
    std::string trouble_;
    full_screen screen_;
};

struct top_verb final : verb {
    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "event log to show");
        api_session session(in, database_use::read, interrupt::ends_it);
        return session.run([&](api_session& s) { return show(s); });
    }

private:
    static awaitable<int> show(api_session& s) {
        const bool live = full_screen::possible() && !s.in().typed.json;
        const std::size_t rows = live ? full_screen::size().lines : most_printed;
        auto fleet = co_await read_fleet(s, rows);
        if (!fleet) co_return complain(s.in().out, fleet.error());
        if (!live) co_return print(s.in(), *fleet, s.clock().now());
        live_fleet shown(s, *std::move(fleet));
        co_return co_await shown.run();
    }

    static int print(invocation& in, const fleet_snapshot& fleet, timestamp now) {
        if (in.typed.json) {
            nlohmann::ordered_json document = nlohmann::ordered_json::object();
            document["overview"] = fleet.overview;
            document["fleet"] = fleet.rows;
            in.out.result(document_text(document));
            return exit_done;
        }
        std::string text;
        for (const std::string& line : fleet_lines(fleet, now, 0)) text += line + "\n";
        in.out.result(text);
        return exit_done;
    }
};

}  // namespace

made_verb top() { return std::make_unique<top_verb>(); }

}  // namespace slipway::cli
