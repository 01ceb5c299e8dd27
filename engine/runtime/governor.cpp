#include "engine/runtime/governor.hpp"

#include <algorithm>
#include <cmath>

namespace slipway {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr double reserve_share = 0.1;

// Of the pace of the refill a tenth: nobody starves.
constexpr double slowest = 10;

// Sleepers look again this often: the bucket may turn out fuller than was reckoned when they lay down.
constexpr milliseconds longest_nap{1000};
constexpr milliseconds poll_patience{10'000};

}  // namespace

governor::governor(engine_clock& clock) : clock_(clock), as_of_(clock.steady()) {}

milliseconds governor::refill() const {
    return milliseconds(static_cast<std::int64_t>(std::ceil(3'600'000.0 / limit_)));
}

void governor::bring_up_to_now() {
    const milliseconds now = clock_.steady();
    left_ = std::min(limit_, left_ + static_cast<double>((now - as_of_).count()) * limit_ / 3'600'000.0);
    as_of_ = now;
}

double governor::left() const {
    const auto since = static_cast<double>((clock_.steady() - as_of_).count());
    return std::min(limit_, left_ + since * limit_ / 3'600'000.0);
}

bool governor::scarce() const {
    return left() < limit_ / 2;
}

std::size_t governor::waiting() const {
    return queues_[0].size() + queues_[1].size() + queues_[2].size();
}

std::size_t governor::ahead_of(urgency kind, std::list<turn>::const_iterator place) const {
    const auto& own = queues_[static_cast<std::size_t>(kind)];
    const std::size_t before = static_cast<std::size_t>(std::distance(own.begin(), place));
    const std::size_t removals = queues_[static_cast<std::size_t>(urgency::removal)].size();
    const std::size_t ordinary = queues_[static_cast<std::size_t>(urgency::ordinary)].size();
    if (kind == urgency::removal) return before;
    if (kind == urgency::ordinary) return removals + overdue_polls() + before;
    return removals + before + (before < overdue_polls() ? 0 : ordinary);
}

// They came first, so they stand first.
std::size_t governor::overdue_polls() const {
    const auto& polls = queues_[static_cast<std::size_t>(urgency::poll)];
    const milliseconds now = clock_.steady();
    std::size_t overdue = 0;
    for (const turn& one : polls) overdue += now - one.since >= poll_patience ? 1u : 0u;
    return overdue;
}

// At the reserve: the pace of the refill. Below it half of that, and the slower the less there is: N processes that spend
// from one bucket settle where two N-ths of the reserve are left and each goes at an N-th of the pace.
milliseconds governor::pace(double reserve) const {
    if (left_ >= reserve) return refill();
    const double slower = std::clamp(2 * reserve / std::max(left_, 1.0), 2.0, slowest);
    return milliseconds(static_cast<std::int64_t>(std::ceil(slower * 3'600'000.0 / limit_)));
}

// Zero: it may go now.
milliseconds governor::wait_for(urgency kind, std::size_t ahead) {
    bring_up_to_now();
    const milliseconds now = clock_.steady();
    const milliseconds behind = refill() * static_cast<std::int64_t>(ahead);
    if (now < paused_until_) return paused_until_ - now + behind;
    const auto missing = [this](double wanted) {
        return milliseconds(static_cast<std::int64_t>(std::ceil((wanted - left_) * 3'600'000.0 / limit_)));
    };
    if (left_ < 1) return missing(1) + behind;
    if (ahead > 0) return behind;
    if (kind == urgency::removal || left_ >= limit_ * reserve_share + 1 || now >= paced_until_) return milliseconds(0);
    return paced_until_ - now;
}

asio::awaitable<void> governor::admit(urgency kind) {
    auto& queue = queues_[static_cast<std::size_t>(kind)];
    const auto place = queue.insert(queue.end(), turn{clock_.steady()});
    struct leaving {
        std::list<turn>& queue;
        std::list<turn>::const_iterator place;
        ~leaving() { queue.erase(place); }
    } guard{queue, place};

    for (;;) {
        const milliseconds wait = wait_for(kind, ahead_of(kind, place));
        if (wait.count() <= 0) break;
        co_await clock_.sleep(std::min(wait, longest_nap));
    }
    left_ -= 1;
    const double reserve = limit_ * reserve_share;
    if (kind != urgency::removal && left_ < reserve + 1) paced_until_ = clock_.steady() + pace(reserve);
    ++unanswered_;
}

void governor::answered(const budget_report& report) {
    if (unanswered_ > 0) --unanswered_;
    bring_up_to_now();
    if (report.limit && *report.limit >= 1) limit_ = *report.limit;
    if (report.remaining) left_ = std::clamp(*report.remaining - static_cast<double>(unanswered_), 0.0, limit_);
    if (!report.pause) return;
    left_ = 0;
    paused_until_ = std::max(paused_until_, clock_.steady() + *report.pause);
}

void governor::unanswered() {
    if (unanswered_ > 0) --unanswered_;
}

}  // namespace slipway
