// Discord's REST API, as much of it as the bot needs: rate limits kept, passing failures tried again, errors as values.
//
// Two ways lead out. An acknowledgement has three seconds in all: it has warm connections of its own, waits for nobody
// and counts in no bucket. All else goes through the buckets (rate_limits.hpp), in the order of the calls where one
// bucket is scarce, and may take a minute before it is given up.
//
// What is logged names the kind of a request, never its address: the token of an interaction is a part of that. Owned
// by the composition root, which destroys it when no coroutine is in it any more. One loop, one thread; cancelling a
// coroutine throws operation_aborted.
#pragma once

#include "adapters/discord/gateway_session.hpp"
#include "adapters/discord/rate_limits.hpp"
#include "adapters/discord/rest_error.hpp"
#include "adapters/discord/rest_request.hpp"
#include "adapters/net/http_client.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "engine/async/wakeup.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/random.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace slipway::discord {

struct rest_settings {
    net::url base;  // https://discord.com/api/v10
    secret bot_token;
    net::tls_context tls;
    std::chrono::milliseconds deadline{15'000};       // of one attempt
    std::chrono::milliseconds patience{60'000};       // for one call: no pause goes beyond that
    std::chrono::milliseconds acknowledge_in{2'500};  // from the interaction's arrival; Discord waits for three seconds
    std::chrono::milliseconds warm_attempt{900};      // of that, for a warm connection, which may be dead
};

struct rest_answer {
    int status = 0;       // 2xx
    nlohmann::json body;  // null where there is none
};

// The connections to Discord, for tests: what rest makes for itself otherwise.
struct rest_connections {
    std::shared_ptr<net::http_client> usual;
    std::shared_ptr<net::http_client> warm;   // reuses a connection even for what must not be written twice
    std::shared_ptr<net::http_client> fresh;  // reuses none
};

class rest {
public:
    rest(rest_settings settings, engine_clock& clock, random_source& random);
    rest(rest_settings settings, rest_connections connections, engine_clock& clock, random_source& random);

    // The first answer to an interaction, of whatever type. `received`: when it came, by engine_clock::steady().
    // Success means that Discord has accepted it, and only then may the command be carried out. An attempt whose answer
    // is lost is made again, and 40060 says then that the first one had arrived.
    boost::asio::awaitable<rest_result<void>> acknowledge(std::string interaction_id, std::string token,
                                                          nlohmann::json response, std::chrono::milliseconds received);

    // The answer to an interaction, after the acknowledgement: for 15 minutes, without the bot's token. Discord may
    // not know of the interaction for some seconds after it has accepted it: the first of these is tried again then.
    boost::asio::awaitable<rest_result<rest_answer>> edit_original(std::string application_id, std::string token,
                                                                   nlohmann::json body);
    // The message that answers it; an error where it was never acknowledged.
    boost::asio::awaitable<rest_result<rest_answer>> original(std::string application_id, std::string token);
    boost::asio::awaitable<rest_result<rest_answer>> follow_up(std::string application_id, std::string token,
                                                               nlohmann::json body);

    boost::asio::awaitable<rest_result<rest_answer>> send_message(std::string channel_id, nlohmann::json body);
    boost::asio::awaitable<rest_result<rest_answer>> edit_message(std::string channel_id, std::string message_id,
                                                                  nlohmann::json body);
    // The id of the channel in which this person reads us.
    boost::asio::awaitable<rest_result<std::string>> open_dm(std::string user_id);

    boost::asio::awaitable<rest_result<nlohmann::json>> application();  // whose token it is
    boost::asio::awaitable<rest_result<nlohmann::json>> commands(std::string application_id);
    // All of them at once; answers with what Discord has made of them.
    boost::asio::awaitable<rest_result<nlohmann::json>> overwrite_commands(std::string application_id,
                                                                           nlohmann::json body);
    // Asked once: the gateway has longer pauses than these.
    boost::asio::awaitable<rest_result<gateway_address>> gateway_bot();

    // Keeps two connections for acknowledgements open, until it is cancelled. The gateway does that while it runs.
    boost::asio::awaitable<void> keep_warm();

private:
    struct place;

    boost::asio::awaitable<rest_result<rest_answer>> call(rest_request what);
    boost::asio::awaitable<rest_result<nlohmann::json>> ask(rest_request what);
    boost::asio::awaitable<rest_result<void>> admitted(place& own, std::chrono::milliseconds ends);
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
    boost::asio::awaitable<net::http_result> acknowledge_once(rest_request what, std::shared_ptr<net::http_client> over,
                                                              std::chrono::milliseconds limit);
    boost::asio::awaitable<void> warm_one();

    net::http_request to_http(const rest_request& what) const;
    rest_error refusal(const rest_request& what, const net::http_response& answer);
    rest_error locked(const std::string& what, const rate_limits::pause& why) const;
    std::chrono::milliseconds pause_after(std::chrono::milliseconds first, int failures);
    void note_known(const rest_request& what);

    rest_settings settings_;
    rest_connections connections_;
    engine_clock& clock_;
    random_source& random_;
    rate_limits limits_;
    wakeup changed_;                               // somebody who waits for a turn may have it
    std::chrono::milliseconds no_token_until_{0};  // Discord has refused it
    // The interactions that Discord knows of, and since when it does.
    std::map<std::string, std::chrono::milliseconds> known_;
};

}  // namespace slipway::discord
