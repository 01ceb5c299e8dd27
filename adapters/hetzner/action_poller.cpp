#include "adapters/hetzner/action_poller.hpp"

#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/wire.hpp"
#include "engine/async/wakeup.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace slipway::hetzner {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t ids_per_request = 25;  // as Hetzner's own clients do
constexpr int misses_allowed = 3;
constexpr milliseconds soonest{1000};
constexpr milliseconds pauses[] = {milliseconds(2000), milliseconds(3000), milliseconds(5000)};
constexpr milliseconds between_full_requests{100};
constexpr double nearly_full = 0.75;
constexpr milliseconds pause_when_scarce{5000};
constexpr milliseconds first_backoff{5000};
constexpr milliseconds longest_backoff{60000};

struct waiter {
    std::set<std::int64_t> pending;
    std::optional<cloud_result<void>> outcome;
    wakeup ended;

    void end(cloud_result<void> with) {
        if (outcome) return;
        outcome = std::move(with);
        ended.notify_all();
    }
};

struct wanted {
    std::size_t waiters = 0;
    int misses = 0;
    milliseconds due{0};
    std::size_t step = 0;  // in pauses
};

}  // namespace

struct action_poller::shared {
    explicit shared(std::shared_ptr<api> with) : project(std::move(with)) {}

    std::shared_ptr<api> project;
    std::list<waiter*> waiters;
    std::map<std::int64_t, wanted> ids;
    bool running = false;
    int failures = 0;      // on end
    milliseconds last{0};  // when the last poll began
    milliseconds next{0};  // when the next one is due

    bool are_many() const { return ids.size() > ids_per_request; }
    milliseconds floor() const { return project->budget().scarce() ? pause_when_scarce : soonest; }
    milliseconds floor_of_full_requests() const {
        const governor& budget = project->budget();
        return budget.left() >= budget.limit() * nearly_full ? between_full_requests : floor();
    }

    // When to ask next. There are ids.
    milliseconds due() const {
        std::vector<milliseconds> each;
        for (const auto& [id, entry] : ids) each.push_back(entry.due);
        const auto full = each.begin() + static_cast<std::ptrdiff_t>(std::min(ids_per_request, each.size()) - 1);
        std::nth_element(each.begin(), full, each.end());
        const milliseconds of_full = std::max(*full, last + floor_of_full_requests());
        const milliseconds of_first = std::max(*std::min_element(each.begin(), full + 1), last + floor());
        return each.size() >= ids_per_request ? std::min(of_full, of_first) : of_first;
    }

    void enter(waiter& who) {
        waiters.push_back(&who);
        const milliseconds soon = project->clock().steady() + soonest;
        for (const std::int64_t id : who.pending) {
            wanted& entry = ids[id];
            entry.due = entry.waiters++ == 0 ? soon : std::min(entry.due, soon);
            entry.step = 0;
        }
        const milliseconds earliest = std::max(soon, last + floor());
        if (!running)
            next = earliest;
        else if (failures == 0)
            next = std::min(next, earliest);
    }

    void leave(waiter& who) {
        waiters.remove(&who);
        for (const std::int64_t id : who.pending) forget(id);
    }

    void forget(std::int64_t id) {
        const auto entry = ids.find(id);
        if (entry != ids.end() && --entry->second.waiters == 0) ids.erase(entry);
    }

    // Those that are due, the most overdue first; where all fit in one request, all.
    std::vector<std::int64_t> take_turn() const {
        const milliseconds now = project->clock().steady();
        std::vector<std::pair<milliseconds, std::int64_t>> order;
        for (const auto& [id, entry] : ids)
            if (entry.due <= now || !are_many()) order.emplace_back(entry.due, id);
        std::sort(order.begin(), order.end());
        std::vector<std::int64_t> out;
        for (std::size_t i = 0; i < std::min(ids_per_request, order.size()); ++i) out.push_back(order[i].second);
        return out;
    }

    void note(const std::vector<std::int64_t>& asked, const std::vector<action_state>& answer);
    void note_misses(const std::vector<std::int64_t>& missing);
    void plan(const std::vector<std::int64_t>& asked, const cloud_error* failed);
    void end_all(const cloud_error& with) {
        for (waiter* who : waiters) who->end(with);
    }
};

void action_poller::shared::note(const std::vector<std::int64_t>& asked, const std::vector<action_state>& answer) {
    std::set<std::int64_t> missing(asked.begin(), asked.end());
    for (const action_state& action : answer) {
        missing.erase(action.id);
        if (const auto entry = ids.find(action.id); entry != ids.end()) entry->second.misses = 0;
        if (action.status == action_status::running) continue;
        for (waiter* who : waiters) {
            if (who->pending.erase(action.id) == 0) continue;
            forget(action.id);
            if (action.status == action_status::error) {
                cloud_error failed;
                failed.failure = cloud_failure::action_failed;
                failed.code = project->clean(action.error_code);
                failed.message = "Hetzner's action " + project->clean(action.command) + " (" +
                                 std::to_string(action.id) + ") failed: " + project->clean(action.error_message) +
                                 " [" + failed.code + "]";
                who->end(failed);
            } else if (who->pending.empty()) {
                who->end(cloud_result<void>());
            }
        }
    }
    note_misses(std::vector<std::int64_t>(missing.begin(), missing.end()));
}

void action_poller::shared::note_misses(const std::vector<std::int64_t>& missing) {
    for (const std::int64_t id : missing) {
        const auto entry = ids.find(id);
        if (entry == ids.end() || ++entry->second.misses < misses_allowed) continue;
        cloud_error lost = unreadable(200, "the action " + std::to_string(id) + " that was asked for");
        for (waiter* who : waiters)
            if (who->pending.contains(id)) who->end(lost);
    }
}

void action_poller::shared::plan(const std::vector<std::int64_t>& asked, const cloud_error* failed) {
    const milliseconds now = project->clock().steady();
    if (failed != nullptr) {
        milliseconds pause = std::min(longest_backoff, first_backoff * (1 << std::min(failures, 8)));
        if (failed->wait_ms) pause = std::max(pause, milliseconds(*failed->wait_ms));
        ++failures;
        next = now + pause;
        return;
    }
    failures = 0;
    for (const std::int64_t id : asked) {
        const auto entry = ids.find(id);
        if (entry == ids.end()) continue;
        entry->second.due = now + pauses[std::min(entry->second.step++, std::size(pauses) - 1)] * (are_many() ? 2 : 1);
    }
    if (!ids.empty()) next = due();
}

namespace {

std::string path_of(const std::vector<std::int64_t>& ids) {
    std::string out = "/actions";
    char mark = '?';
    for (const std::int64_t id : ids) {
        out += mark;
        out += "id=" + std::to_string(id);
        mark = '&';
    }
    return out;
}

// Runs while somebody waits. A template only because `shared` is its poller's private type.
template <class Shared>
asio::awaitable<void> run(std::shared_ptr<Shared> poll) {
    const auto project = poll->project;
    while (!poll->waiters.empty()) {
        const milliseconds now = project->clock().steady();
        if (now < poll->next) {
            // In short naps: a newcomer may bring the next poll forward.
            const milliseconds nap = std::min(soonest, poll->next - now);
            co_await project->clock().sleep(nap);
            continue;
        }
        const auto asked = poll->take_turn();
        if (asked.empty() && poll->ids.empty()) break;  // everybody's actions have ended; the waiters are about to leave
        if (asked.empty()) {  // those that were due have left
            poll->next = poll->due();
            continue;
        }
        poll->last = now;
        poll->next = now + soonest;
        auto answer = co_await project->call(urgency::poll, "GET", path_of(asked));
        cloud_result<std::vector<action_state>> actions = std::vector<action_state>{};
        if (answer.has_error())
            actions = answer.error();
        else
            actions = read_actions(answer->body, answer->status);
        if (actions.has_value()) {
            poll->note(asked, *actions);
            poll->plan(asked, nullptr);
            continue;
        }
        const cloud_error& failed = actions.error();
        spdlog::debug("hetzner: the shared poll failed and goes on: {}", failed.message);
        if (failed.failure == cloud_failure::unauthorized) poll->end_all(failed);
        if (failed.failure == cloud_failure::not_found || failed.failure == cloud_failure::invalid)
            poll->note_misses(asked);
        poll->plan(asked, &failed);
    }
    // Here and not when the spawned coroutine is reported as ended: somebody may come in between.
    poll->running = false;
}

template <class Shared>
asio::awaitable<cloud_result<void>> wait_on(std::shared_ptr<Shared> poll, std::vector<std::int64_t> actions) {
    waiter self;
    self.pending.insert(actions.begin(), actions.end());
    if (self.pending.empty()) co_return cloud_result<void>();

    struct presence {
        Shared& poll;
        waiter& self;
        ~presence() { poll.leave(self); }
    };
    poll->enter(self);
    presence guard{*poll, self};
    if (!poll->running) {
        poll->running = true;
        const auto loop = co_await asio::this_coro::executor;
        asio::co_spawn(loop, run(poll), [poll](std::exception_ptr broken) {
            if (!broken) return;
            poll->running = false;
            cloud_error stopped;
            stopped.failure = cloud_failure::lost;
            stopped.message = "The watch over Hetzner's actions broke off; how they ended has to be looked up.";
            poll->end_all(stopped);
        });
    }
    while (!self.outcome) co_await self.ended.wait();
    co_return *self.outcome;
}

}  // namespace

action_poller::action_poller(std::shared_ptr<api> project) : shared_(std::make_shared<shared>(std::move(project))) {}

action_poller::~action_poller() = default;

asio::awaitable<cloud_result<void>> action_poller::wait(std::vector<std::int64_t> actions) {
    return wait_on(shared_, std::move(actions));
}

}  // namespace slipway::hetzner
