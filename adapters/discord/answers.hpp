// What each command answers: a message, or several where one is too short for it. Every failure is an answer, too, in a
// sentence. Nothing is ordered or deleted in here: /create and /delete ask, and batches.hpp does it when they are confirmed.
//
// Owned by the bot. Called on the loop's thread; may be carried out again after a crash.
#pragma once

#include "adapters/discord/access.hpp"
#include "adapters/discord/batches.hpp"
#include "adapters/discord/interaction.hpp"
#include "engine/service/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace slipway::discord {

class answers {
public:
    answers(service::operations& service, batches& running, const access_rules& access, const sealing& seals,
            int quota)
        : service_(service), batches_(running), access_(access), seals_(seals), quota_(quota) {}

    using messages = std::vector<nlohmann::json>;

    // Empty where it was answered before, and goes on.
    boost::asio::awaitable<messages> to(interaction what, timestamp received);

private:
    boost::asio::awaitable<messages> create(interaction what, timestamp received);
    boost::asio::awaitable<messages> remove(interaction what, timestamp received);
    boost::asio::awaitable<messages> show(interaction what);
    boost::asio::awaitable<messages> list(interaction what);
    boost::asio::awaitable<messages> timeline(interaction what);
    boost::asio::awaitable<messages> refresh(interaction what);
    boost::asio::awaitable<messages> resources(interaction what);
    boost::asio::awaitable<messages> set_defaults(interaction what);
    boost::asio::awaitable<messages> ask(batch b, nlohmann::json question);

    batch batch_for(const interaction& what, timestamp received) const;
    bool sees_all(const interaction& what) const { return access_.is_owner(what.user); }

    service::operations& service_;
    batches& batches_;
    const access_rules& access_;
    const sealing& seals_;
    int quota_;
};

}  // namespace slipway::discord
