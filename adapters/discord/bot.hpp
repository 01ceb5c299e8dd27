// The Discord bot: people's commands become orders to the service, and its messages show what became of them. It takes
// what the gateway brings, decides who may, acknowledges, and hands over to whoever answers (answers.hpp) or carries on
// (batches.hpp).
//
// Owned by the composition root, one per process; of several processes that share a store one at a time runs it. One loop,
// one thread. It ends when it is cancelled, or when Discord refuses it for good: then it has said why, and the daemon goes on
// without it. What it says is a sentence for the operator and holds no token.
#pragma once

#include "adapters/discord/access.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/documents.hpp"
#include "engine/ports/random.hpp"
#include "engine/ports/sealing.hpp"
#include "engine/service/service.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slipway::discord {

struct bot_settings {
    secret token;    // DISCORD_TOKEN
    net::url base;   // DISCORD_API_BASE
    net::tls_context tls;
    std::set<std::string> users, roles;  // DISCORD_ALLOWED_USERS, DISCORD_ALLOWED_ROLES
    int quota = 10;                      // DISCORD_USER_QUOTA
};

class bot_session;

enum class bot_says { something, trouble };

class bot {
public:
    struct parts {
        boost::asio::any_io_executor executor;
        service::operations& service;
        documents& kept;
        const sealing& seals;
        engine_clock& clock;
        random_source& random;
        std::function<void(bot_says, const std::string&)> say;
    };
    bot(bot_settings settings, parts with);
    ~bot();

    // May be run again when it has ended.
    boost::asio::awaitable<void> run();

    // These are in the log now.
    void appended(const std::vector<event_record>& records);

private:
    bot_settings settings_;
    parts with_;
    std::shared_ptr<bot_session> current_;  // none: it does not run
};

}  // namespace slipway::discord
