#include "adapters/discord/gateway.hpp"

#include "adapters/discord/send_queue.hpp"
#include "adapters/net/websocket_client.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace slipway::discord {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest_sleep{3'600'000};
// With an id and a number beside it, a token of this size is still far from longest_frame.
constexpr std::size_t longest_token = 512;

// A dead connection's goodbye would be waited for in vain.
constexpr milliseconds wait_for_goodbye{1'000};

template <class... Cases>
struct overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

}  // namespace

struct gateway::connection {
    std::unique_ptr<net::websocket_client> socket;
    std::uint64_t number = 0;
    send_queue queue;
    wakeup changed;                           // there is something to send, or another time to wait for
    bool over = false;                        // it has ended, or is to be ended:
    std::optional<std::uint16_t> close_code;  // with this
};

gateway::gateway(gateway_settings settings, rest& api, engine_clock& clock, random_source& random,
                 gateway_listener& listener, std::optional<gateway_session> kept)
    : settings_(std::move(settings)),
      api_(api),
      clock_(clock),
      listener_(listener),
      protocol_(std::move(kept), [&random] { return random.fraction(); }) {}

awaitable<void> gateway::run() {
    using namespace boost::asio::experimental::awaitable_operators;
    struct presence {
        gateway& owner;
        explicit presence(gateway& of) : owner(of) { owner.running_ = true; }
        ~presence() {
            owner.running_ = false;
            owner.ended_.notify_all();
        }
    } guard(*this);
    if (settings_.bot_token.reveal().size() > longest_token) {
        listener_.stopped(4004, "The bot has stopped: DISCORD_TOKEN is far too long for a bot's token.");
        co_return;
    }
    auto life = live();
    auto warm = api_.keep_warm();
    co_await (std::move(life) || std::move(warm));
}

awaitable<void> gateway::stop() {
    stopping_ = true;
    stop_asked_.notify_all();
    while (running_) co_await ended_.wait();
}

awaitable<void> gateway::until_stopped() {
    while (!stopping_) co_await stop_asked_.wait();
}

awaitable<void> gateway::live() {
    using namespace boost::asio::experimental::awaitable_operators;
    while (!stopping_ && protocol_.next() != gateway_protocol::need::end) {
        const auto now = clock_.steady();
        if (protocol_.due() > now) {
            auto time = clock_.sleep(std::min(protocol_.due() - now, longest_sleep));
            auto stop = until_stopped();
            co_await (std::move(time) || std::move(stop));
            continue;
        }
        if (protocol_.next() == gateway_protocol::need::address)
            co_await find_address();
        else
            co_await connect();
    }
}

awaitable<void> gateway::find_address() {
    using namespace boost::asio::experimental::awaitable_operators;
    auto asking = api_.gateway_bot();
    auto stop = until_stopped();
    auto first = co_await (std::move(asking) || std::move(stop));
    const auto* answer = std::get_if<0>(&first);
    if (answer == nullptr) co_return;
    const auto now = clock_.steady();
    if (answer->has_error()) {
        const rest_error& failed = answer->error();
        spdlog::debug("discord: no address of the gateway: {}", failed.message);
        const bool refused = failed.failure == rest_failure::unauthorized;
        perform(protocol_.no_address(failed.message, refused, failed.wait, now), nullptr);
        co_return;
    }
    perform(protocol_.addressed((*answer)->url, (*answer)->sessions, now), nullptr);
}

awaitable<void> gateway::connect() {
    using namespace boost::asio::experimental::awaitable_operators;
    const auto where = net::parse_websocket_url(protocol_.url());
    if (where.has_error()) {
        perform(protocol_.not_connected(where.error().message, clock_.steady()), nullptr);
        co_return;
    }
    net::websocket_limits limits;
    limits.close = wait_for_goodbye;
    auto opening = net::open_websocket(*where, settings_.tls, limits);
    auto stop = until_stopped();
    auto first = co_await (std::move(opening) || std::move(stop));
    auto* opened = std::get_if<0>(&first);
    if (opened == nullptr) co_return;
    if (opened->has_error()) {
        spdlog::debug("discord: no connection to the gateway: {}", opened->error().message);
        perform(protocol_.not_connected(opened->error().message, clock_.steady()), nullptr);
        co_return;
    }
    auto with = std::make_shared<connection>();
    with->socket = std::move(**opened);
    with->number = protocol_.connected(clock_.steady());
    spdlog::debug("discord: connection {} to the gateway, at {}", with->number, where->origin.host);
    co_await converse(with);
}

awaitable<void> gateway::converse(std::shared_ptr<connection> with) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto reading = receive(with);
    auto writing = transmit(with);
    auto time = keep_time(with);
    auto stop = until_stopped();
    co_await (std::move(reading) || std::move(writing) || std::move(time) || std::move(stop));
    if (!with->over) perform(protocol_.stop(), with.get());
    spdlog::debug("discord: connection {} to the gateway has ended: {}", with->number, protocol_.why());
    if (with->close_code) co_await with->socket->close(*with->close_code, "");
}

awaitable<void> gateway::receive(std::shared_ptr<connection> with) {
    while (!with->over) {
        const net::websocket_event event = co_await with->socket->read();
        const auto now = clock_.steady();
        if (const auto* text = std::get_if<std::string>(&event)) {
            perform(protocol_.received(with->number, *text, now), with.get());
            with->changed.notify_all();
            continue;
        }
        std::optional<std::uint16_t> code;
        if (const auto* closed = std::get_if<net::websocket_closed>(&event)) code = closed->code;
        with->over = true;
        perform(protocol_.lost(with->number, code, now), with.get());
    }
}

awaitable<void> gateway::transmit(std::shared_ptr<connection> with) {
    using namespace boost::asio::experimental::awaitable_operators;
    while (!with->over) {
        const auto now = clock_.steady();
        if (auto text = with->queue.pop(now)) {
            // Where it fails the connection has ended, as read() tells.
            co_await with->socket->send(*std::move(text));
            continue;
        }
        const auto due = with->queue.due(now);
        const auto wait = due ? std::min(*due - now, longest_sleep) : longest_sleep;
        auto time = clock_.sleep(wait);
        auto news = with->changed.wait();
        co_await (std::move(time) || std::move(news));
    }
}

awaitable<void> gateway::keep_time(std::shared_ptr<connection> with) {
    using namespace boost::asio::experimental::awaitable_operators;
    while (!with->over) {
        const auto now = clock_.steady();
        if (protocol_.due() <= now) {
            perform(protocol_.passed(with->number, now), with.get());
            continue;
        }
        auto time = clock_.sleep(std::min(protocol_.due() - now, longest_sleep));
        auto news = with->changed.wait();
        co_await (std::move(time) || std::move(news));
    }
}

// `with` is there wherever something is to be sent or ended.
void gateway::perform(gateway_steps steps, connection* with) {
    const auto token = settings_.bot_token.reveal();
    const overloaded carry_out{
        [&](send_heartbeat& s) { with->queue.push_heartbeat(heartbeat_text(s.seq)); },
        [&](send_identify&) { with->queue.push(identify_text(token)); },
        [&](send_resume& s) { with->queue.push(resume_text(token, s.session)); },
        [&](end_connection& s) {
            with->over = true;
            with->close_code = s.code;
        },
        [&](tell_interaction& s) { listener_.interaction(std::move(s.what)); },
        [&](tell_session& s) { listener_.session_changed(s.session); },
        [&](tell_ready& s) { listener_.ready(std::move(s.application)); },
        [&](tell_trouble& s) { listener_.trouble(std::move(s.sentence)); },
        [&](tell_stopped& s) { listener_.stopped(s.code, std::move(s.sentence)); },
    };
    for (gateway_step& step : steps) std::visit(carry_out, step);
    if (with != nullptr) with->changed.notify_all();
}

}  // namespace slipway::discord
