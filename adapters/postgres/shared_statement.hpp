// A statement that answers many who ask the same kind of thing: all who ask while another is on its way share the next one,
// and its commit.
//
// ask() on the loop's thread, resumes there; the statement runs on a thread of the store's, which outlives this.
#pragma once

#include "adapters/postgres/event_store.hpp"
#include "engine/async/one_shot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace slipway::postgres {

template <class Asked, class Answer>
class shared_statement {
public:
    // As many answers as were asked for, in that order. It must own what it uses.
    using statement = std::function<std::vector<result<Answer>>(session&, const std::vector<Asked>&)>;

    shared_statement(event_store& in, statement run) : store_(in), state_(std::make_shared<state>()) {
        state_->run = std::move(run);
    }

    boost::asio::awaitable<result<Answer>> ask(Asked what) {
        one_shot<result<Answer>> receiver(co_await boost::asio::this_coro::executor);
        if (state_->add(std::move(what), receiver.make_sender()))
            store_.take_turn([shared = state_](session& on) { shared->answer_all(on); });
        result<Answer> answer = co_await receiver.receive();
        co_return answer;
    }

private:
    struct state {
        using sender = typename one_shot<result<Answer>>::sender;

        bool add(Asked what, sender to) {
            const std::lock_guard lock(mutex);
            asked.push_back(std::move(what));
            senders.push_back(std::move(to));
            return asked.size() == 1;
        }

        void answer_all(session& on) {
            std::vector<Asked> now;
            std::vector<sender> to;
            {
                const std::lock_guard lock(mutex);
                now.swap(asked);
                to.swap(senders);
            }
            auto answers = run(on, now);
            for (std::size_t i = 0; i < to.size(); ++i) to[i].deliver(std::move(answers[i]));
        }

        statement run;
        std::mutex mutex;
        std::vector<Asked> asked;
        std::vector<sender> senders;
    };

    event_store& store_;
    std::shared_ptr<state> state_;
};

}  // namespace slipway::postgres
