#include "adapters/postgres/append_lane.hpp"

#include <set>
#include <utility>

namespace slipway::postgres {

namespace {

// A statement of more would only make the first of its appends wait longer for their answers.
constexpr std::size_t most_per_statement = 256;
// Above so many it is a crowd, which comes back.
constexpr std::size_t few = 8;

// From the front of `waiting`, in order, what can stand in one statement: of each stream and of each command one.
std::vector<pending_append> one_statement(std::vector<pending_append>& waiting) {
    std::vector<pending_append> now, later;
    std::set<std::string> streams, commands;
    for (pending_append& next : waiting) {
        const std::string& stream = next.request.head.stream.text;
        const std::string& command = next.request.events.front().command_id;
        const bool is_behind = streams.contains(stream) || (!command.empty() && commands.contains(command));
        // What is left for later holds back those behind it, so that a stream's appends keep their order.
        streams.insert(stream);
        if (!command.empty()) commands.insert(command);
        const bool fits = !is_behind && now.size() < most_per_statement;
        (fits ? now : later).push_back(std::move(next));
    }
    waiting = std::move(later);
    return now;
}

}  // namespace

append_lane::append_lane(const server_address& where, watch& watched, growth_news& news, const std::string& process,
                         const std::shared_ptr<furthest_event>& known)
    : news_(news), to_(where, watched, process, known), thread_([this] { run(); }) {}

append_lane::~append_lane() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void append_lane::push(pending_append next) {
    std::size_t waiting = 0, enough = 0;
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(next));
        waiting = waiting_.size();
        enough = enough_;
    }
    if (waiting == 1 || waiting == enough) wake_.notify_one();
}

void append_lane::run() {
    for (;;) {
        std::vector<pending_append> now;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            wake_.wait_for(lock, last_took_ / 4, [this] { return closed_ || waiting_.size() >= enough_; });
            now = one_statement(waiting_);
            enough_ = now.size() <= few ? 1 : now.size();
        }
        const auto began = std::chrono::steady_clock::now();
        const bool stored = store(std::move(now));
        last_took_ = std::chrono::steady_clock::now() - began;  // this thread's own
        const std::lock_guard lock(mutex_);
        if (stored) commit_times_.add(last_took_);
    }
}

bool append_lane::store(std::vector<pending_append> now) {
    std::vector<append_request> batch;
    batch.reserve(now.size());
    for (pending_append& one : now) batch.push_back(std::move(one.request));
    auto results = to_.append(std::move(batch));
    bool stored = false;
    for (std::size_t i = 0; i < now.size(); ++i) {
        stored = stored || results[i].has_value();
        now[i].answer.deliver(std::move(results[i]));
    }
    if (stored) news_.grown();
    return stored;
}

histogram append_lane::commit_times() const {
    const std::lock_guard lock(mutex_);
    return commit_times_;
}

}  // namespace slipway::postgres
