#include "adapters/net/http_server.hpp"

#include "adapters/net/connection_crowd.hpp"
#include "adapters/net/deadline.hpp"
#include "adapters/net/http_session.hpp"
#include "adapters/net/unix_socket.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/async/returned.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <stdexcept>
#include <utility>

namespace slipway::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds until_descriptors_are_free{50};

// Who has one address of IPv6 has all of its network.
std::string host_at(asio::ip::address address) {
    if (address.is_v4()) return address.to_string();
    if (address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    auto bytes = address.to_v6().to_bytes();
    if (address.is_loopback()) return address.to_string();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return asio::ip::address_v6(bytes).to_string() + "/64";
}

struct connection {
    connection(any_socket socket, http_caller caller, std::shared_ptr<const session_rules> rules)
        : session(std::move(socket), caller, std::move(rules)) {}
    http_session session;
    asio::cancellation_signal cancel;
    bool ended = false;
};

// Asio carries a cancellation out on the loop, through memory of the signal: it must not outlive the connection, which
// ends there, too.
void cut_off(const asio::any_io_executor& loop, const std::shared_ptr<connection>& which) {
    which->session.close();
    asio::post(loop, [which] {
        if (!which->ended) which->cancel.emit(asio::cancellation_type::terminal);
    });
}

}  // namespace

struct http_server::core : std::enable_shared_from_this<core> {
    explicit core(asio::any_io_executor given) : loop(std::move(given)), rules(std::make_shared<session_rules>()) {}

    // `over`: the TCP address that it came in by; -1: a unix socket.
    void begin(any_socket socket, http_caller caller, int over) {
        const bool room = crowd.has_room(over, caller.peer, rules->limits);
        // Those who are turned away take a moment, too; there must be an end to them as well.
        if (!room && open.size() - crowd.size() >= rules->limits.connections) return;
        std::string peer = caller.peer;
        auto made = std::make_shared<connection>(std::move(socket), std::move(caller), rules);
        const auto place = open.insert(open.end(), made);
        if (room) crowd.enter(over, peer);
        auto leave = [self = shared_from_this(), made, place, room, over, peer = std::move(peer)](std::exception_ptr) {
            made->session.close();
            self->open.erase(place);
            if (room) self->crowd.leave(over, peer);
            self->ended.notify_all();
        };
        asio::co_spawn(loop, room ? made->session.run() : made->session.turn_away(),
                       asio::bind_cancellation_slot(made->cancel.slot(), std::move(leave)));
    }

    template <class Acceptor>
    static asio::awaitable<void> accept(std::shared_ptr<core> self, std::shared_ptr<Acceptor> acceptor, int over) {
        constexpr bool is_unix = !std::is_same_v<Acceptor, tcp::acceptor>;
        while (acceptor->is_open()) {
            auto [failed, socket] = co_await acceptor->async_accept(returned);
            if (!acceptor->is_open() || failed == asio::error::operation_aborted) co_return;
            if (failed) {
                asio::steady_timer pause(self->loop, until_descriptors_are_free);
                co_await pause.async_wait(returned);
                continue;
            }
            http_caller caller;
            caller.unix_socket = is_unix;
            if constexpr (!is_unix) {
                error_code ignored;
                socket.set_option(tcp::no_delay(true), ignored);
                caller.peer = host_at(socket.remote_endpoint(ignored).address());
            }
            self->begin(any_socket(std::move(socket)), std::move(caller), over);
        }
    }

    template <class Acceptor>
    void accept_from(Acceptor made) {
        auto acceptor = std::make_shared<Acceptor>(std::move(made));
        closers.push_back([acceptor] {
            error_code ignored;
            acceptor->close(ignored);
        });
        const int over = std::is_same_v<Acceptor, tcp::acceptor> ? static_cast<int>(closers.size()) : -1;
        asio::co_spawn(loop, accept(shared_from_this(), acceptor, over), asio::detached);
    }

    void accept_no_more() {
        rules->stopping = true;
        for (const auto& close : closers) close();
        closers.clear();
        files.clear();
    }

    asio::any_io_executor loop;
    std::shared_ptr<session_rules> rules;
    std::list<std::shared_ptr<connection>> open;
    connection_crowd crowd;
    wakeup ended;
    std::vector<std::function<void()>> closers;
    std::list<unix_socket_file> files;
};

http_server::http_server(asio::any_io_executor loop, request_handler answer, server_limits limits,
                         fault_listener on_fault, head_guard guard)
    : core_(std::make_shared<core>(std::move(loop))) {
    if (!answer) throw std::logic_error("an HTTP server needs a function that answers");
    core_->rules->answer = std::move(answer);
    core_->rules->limits = limits;
    core_->rules->on_fault = std::move(on_fault);
    core_->rules->guard = std::move(guard);
}

http_server::~http_server() {
    core_->accept_no_more();
    for (const auto& connection : core_->open) cut_off(core_->loop, connection);
}

result<listen_address> http_server::listen(const listen_address& where) {
    listen_address out = where;
    if (where.unix_socket()) {
        auto made = listen_at(core_->loop, where.path);
        if (!made) return made.error();
        core_->files.push_back(std::move(made->file));
        core_->accept_from(std::move(made->acceptor));
        return out;
    }
    error_code failed;
    const auto address = asio::ip::make_address(where.host, failed);
    tcp::acceptor acceptor(core_->loop);
    const tcp::endpoint at(address, where.port);
    if (!failed) acceptor.open(at.protocol(), failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor.bind(at, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
        return make_error(error_kind::configuration,
                          "Cannot listen on " + where.text() + ": " + failed.message() + ".");
    out.port = acceptor.local_endpoint().port();
    core_->accept_from(std::move(acceptor));
    return out;
}

asio::awaitable<void> http_server::stop(std::chrono::milliseconds in_hand) {
    const auto held = core_;
    held->accept_no_more();
    for (const auto& connection : held->open)
        if (!connection->session.answering()) connection->session.close();
    deadline until(held->loop, in_hand);
    {
        deadline::watch watch(until, [held] { held->ended.notify_all(); });
        while (!held->open.empty() && !until.expired()) co_await held->ended.wait();
    }
    for (const auto& connection : held->open) cut_off(held->loop, connection);
    // What is cancelled ends as soon as the loop comes round to it; nothing in it may wait for anything again.
    while (!held->open.empty()) co_await held->ended.wait();
}

std::size_t http_server::connections() const {
    return core_->open.size();
}

}  // namespace slipway::net
