// The bot while it runs (bot.hpp): from its token to the gateway's end.
//
// An interaction's way: it is known already, or noted (inbox.hpp), acknowledged, answered, crossed out. Only what Discord has
// accepted the acknowledgement of is carried out. While somebody types nothing is noted, and nobody waits for Hetzner.
#pragma once

#include "adapters/discord/answers.hpp"
#include "adapters/discord/batches.hpp"
#include "adapters/discord/bot.hpp"
#include "adapters/discord/gateway.hpp"
#include "adapters/discord/inbox.hpp"
#include "adapters/discord/rest.hpp"
#include "engine/async/task_group.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace slipway::discord {

class bot_session final : gateway_listener {
public:
    bot_session(const bot_settings& settings, const bot::parts& with);

    boost::asio::awaitable<void> run();
    // Ends what it has begun.
    boost::asio::awaitable<void> finish() { return tasks_.finish(); }

    void appended(const std::vector<event_record>& records) { batches_.appended(records); }

private:
    struct arrival {
        std::chrono::milliseconds steady;
        timestamp at;
    };

    // gateway_listener
    void interaction(nlohmann::json what) override;
    void session_changed(const std::optional<gateway_session>& now) override;
    void ready(nlohmann::json application) override;
    void trouble(std::string sentence) override;
    void stopped(int close_code, std::string sentence) override;

    boost::asio::awaitable<bool> sign_on();
    boost::asio::awaitable<rest_result<void>> register_commands(std::string application);
    boost::asio::awaitable<std::vector<inbox::entry>> what_was_left();
    boost::asio::awaitable<void> take_up(inbox::entry one);
    boost::asio::awaitable<void> know_the_catalog();
    boost::asio::awaitable<std::optional<gateway_session>> kept_session();
    boost::asio::awaitable<void> keep_session();

    boost::asio::awaitable<void> handle(discord::interaction what, arrival when);
    boost::asio::awaitable<void> suggest(discord::interaction what, arrival when);
    boost::asio::awaitable<void> command(discord::interaction what, arrival when);
    boost::asio::awaitable<void> press(discord::interaction what, arrival when);
    enum class accepted { yes, no, unknown };
    boost::asio::awaitable<accepted> accept(inbox::entry one, arrival when, nlohmann::json acknowledgement);
    boost::asio::awaitable<void> answer(inbox::entry one);
    boost::asio::awaitable<void> say_only(discord::interaction what, arrival when, std::string text);
    boost::asio::awaitable<bool> deliver(discord::interaction what, timestamp received, answers::messages all);
    bool is_new(const std::string& id);
    void begin(boost::asio::awaitable<void> work);
    void say(const std::string& sentence) { with_.say(bot_says::something, sentence); }
    void complain(const std::string& sentence) { with_.say(bot_says::trouble, sentence); }

    const bot_settings& settings_;
    bot::parts with_;
    task_group tasks_;
    rest api_;
    access_rules access_;
    inbox inbox_;
    batches batches_;
    answers answers_;
    std::unique_ptr<gateway> gateway_;
    std::optional<gateway_session> session_;  // as the gateway said last
    bool session_is_kept_ = true;             // as it stands in the store
    wakeup session_news_;
    std::set<std::string> seen_;
    std::deque<std::string> seen_in_order_;
};

}  // namespace slipway::discord
