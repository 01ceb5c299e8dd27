// The connection on which Discord tells us of interactions. It is made again whenever it breaks, for as long as Discord
// lets us: what is decided when is in gateway_protocol.hpp, here are the socket, the timers and the queue.
//
// Owned by the bot; one loop, one thread. All that it is made with outlives it. It ends with a token, or with rights,
// that Discord refuses; then gateway_listener::stopped says why, and the daemon goes on without a bot.
#pragma once

#include "adapters/discord/gateway_protocol.hpp"
#include "adapters/discord/gateway_session.hpp"
#include "adapters/discord/rest.hpp"
#include "adapters/net/tls.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/random.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>

namespace slipway::discord {

struct gateway_settings {
    secret bot_token;
    net::tls_context tls;
};

// Called on the loop's thread, in the order in which things happen. None of it may block or throw.
class gateway_listener {
public:
    virtual ~gateway_listener() = default;

    // INTERACTION_CREATE's `d`. May come more than once, and late: after a connection has been taken up again.
    virtual void interaction(nlohmann::json what) = 0;

    // What is to be given to the next gateway, after a restart; nothing: the session is over. With every event.
    virtual void session_changed(const std::optional<gateway_session>&) {}
    // A session has begun (READY's `application`: id and flags).
    virtual void ready(nlohmann::json) {}
    // A sentence for the operator: something is not as it should be, and goes on.
    virtual void trouble(std::string) {}
    // It has ended for good; the sentence says why, and what to do. Not called after stop().
    virtual void stopped(int /*close_code*/, std::string /*sentence*/) {}
};

class gateway {
public:
    // `kept`: what session_changed() said last.
    gateway(gateway_settings settings, rest& api, engine_clock& clock, random_source& random,
            gateway_listener& listener, std::optional<gateway_session> kept);

    // Until stop() is called or Discord refuses us for good. Once. Cancelling it drops the connection, which does not
    // end the session either.
    boost::asio::awaitable<void> run();

    // Says goodbye in a way that leaves the session as it is, for the next process, and waits for run() to end.
    boost::asio::awaitable<void> stop();

private:
    struct connection;

    boost::asio::awaitable<void> live();
    boost::asio::awaitable<void> find_address();
    boost::asio::awaitable<void> connect();
    boost::asio::awaitable<void> converse(std::shared_ptr<connection> with);
    boost::asio::awaitable<void> receive(std::shared_ptr<connection> with);
    boost::asio::awaitable<void> transmit(std::shared_ptr<connection> with);
    boost::asio::awaitable<void> keep_time(std::shared_ptr<connection> with);
    boost::asio::awaitable<void> until_stopped();
    void perform(gateway_steps steps, connection* with);

    gateway_settings settings_;
    rest& api_;
    engine_clock& clock_;
    gateway_listener& listener_;
    gateway_protocol protocol_;
    bool stopping_ = false;
    bool running_ = false;
    wakeup stop_asked_;
    wakeup ended_;
};

}  // namespace slipway::discord
