// What people have asked for and what goes on: every /create and /delete from its question on. Each is kept as a document
// and taken up again by the next process; orders go to the service under keys of their own, so that doing it again orders
// nothing twice; and its message is edited until it shows how it ended.
//
// Owned by the bot, gone only when none of its coroutines runs any more (the bot's task group). One loop, one thread.
#pragma once

#include "adapters/discord/batch.hpp"
#include "adapters/discord/bot.hpp"
#include "adapters/discord/cards.hpp"
#include "adapters/discord/shown_message.hpp"
#include "engine/async/async_mutex.hpp"
#include "engine/async/task_group.hpp"
#include "engine/ports/documents.hpp"
#include "engine/service/service.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slipway::discord {

class batches {
public:
    // All of it outlives this. `quota`: live VMs per person.
    batches(const bot::parts& with, rest& api, task_group& tasks, int quota);

    // What an earlier process has left, each taken up where it stopped. `answered`: those for which a press was noted of
    // which it is not known whether Discord has accepted it; they wait for answer() or give_back(). Nothing is begun where
    // it fails.
    boost::asio::awaitable<result<void>> resume(std::set<std::string> answered);

    // A question that waits for its answer, from now on for 14 minutes. Its message has to be shown by the caller. False:
    // it was asked before and has been answered meanwhile; then nothing is to be shown.
    boost::asio::awaitable<result<bool>> ask(batch b);
    // The question was shown, perhaps after it had been answered: what became of it is shown again.
    void asked_too_late(const std::string& id);

    // Why a press of its button cannot be taken, as a sentence; empty where it can. One that can is taken once: until
    // give_back() says that Discord has not accepted the acknowledgement.
    std::string take(const std::string& id, const person& by);
    void give_back(const std::string& id);
    // What the acknowledgement shows in place of the question.
    nlohmann::json acknowledgement(const std::string& id, bool yes) const;
    // Does what the answer says. Of one that is not known or was answered before nothing comes.
    boost::asio::awaitable<void> answer(std::string id, bool yes, interaction by, timestamp received);

    // These are in the log now.
    void appended(const std::vector<event_record>& records);

    // How many live VMs this person has, those that are about to be ordered among them.
    service::answering<int> vms_of(person who);

private:
    struct entry {
        explicit entry(batch from) : b(std::move(from)) {}
        batch b;
        bool taken = false;
        bool changed = true;  // since it was shown last
        std::string shown;    // the last card
        wakeup news;
    };
    using entry_ptr = std::shared_ptr<entry>;

    void begin(boost::asio::awaitable<void> work);
    void complain(const std::string& sentence) { with_.say(bot_says::trouble, sentence); }
    entry_ptr enter(batch b);
    entry_ptr find(const std::string& id) const;
    boost::asio::awaitable<void> expire(entry_ptr one);
    boost::asio::awaitable<void> carry_out(entry_ptr one);
    boost::asio::awaitable<void> order(entry_ptr one);
    boost::asio::awaitable<void> order_one(entry_ptr one, std::size_t index, std::chrono::milliseconds give_up);
    service::answering<service::stream_view> ask_service(entry_ptr one, std::size_t index);
    boost::asio::awaitable<std::vector<vm_now>> look(entry_ptr one);
    boost::asio::awaitable<void> show_until_settled(entry_ptr one);
    boost::asio::awaitable<void> changed_or_after(entry_ptr one, std::chrono::milliseconds longest);
    boost::asio::awaitable<shown> show(entry_ptr one, nlohmann::json body, nlohmann::json for_others);
    boost::asio::awaitable<void> keep(entry_ptr one);
    boost::asio::awaitable<void> forget(entry_ptr one);

    bot::parts with_;
    task_group& tasks_;
    int quota_;
    shown_message message_;
    async_mutex one_orders_;  // so that two confirmations at once do not both fit into the quota
    std::map<std::string, entry_ptr> entries_;
    std::map<std::string, std::set<std::string>> by_stream_;  // batches by VM
};

}  // namespace slipway::discord
