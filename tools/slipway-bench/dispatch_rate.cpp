#include "tools/slipway-bench/dispatch_rate.hpp"

#include "sml/sml.hpp"
#include "tools/slipway-bench/process_costs.hpp"
#include "tools/slipway-bench/stopwatch.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace slipway::bench {

namespace {

// Names as short as these are other people's, too, where one unit holds several sources.
namespace dispatched {

struct asked {
    static constexpr std::string_view name = "asked";
};
struct key_made {
    static constexpr std::string_view name = "key_made";
};
struct server_made {
    static constexpr std::string_view name = "server_made";
};
struct reached {
    static constexpr std::string_view name = "reached";
};
struct ran {
    static constexpr std::string_view name = "ran";
};
struct handed_over {
    static constexpr std::string_view name = "handed_over";
};
struct went_wrong {
    static constexpr std::string_view name = "went_wrong";
};
struct end_asked {
    static constexpr std::string_view name = "end_asked";
};
struct gone {
    static constexpr std::string_view name = "gone";
};
using life_event = std::variant<asked, key_made, server_made, reached, ran, handed_over, went_wrong, end_asked, gone>;

struct memory {
    int attempts = 0;
    std::uint64_t lives = 0;
    friend bool operator==(const memory&, const memory&) = default;
};

constexpr int most_attempts = 2;
inline constexpr auto may_retry = sml::guard<"may_retry">([](const memory& m) { return m.attempts < most_attempts; });
inline constexpr auto count = sml::action<"count">([](memory& m) { ++m.attempts; });
inline constexpr auto begin = sml::action<"begin">([](memory& m) {
    m.attempts = 0;
    ++m.lives;
});

struct life_in_rows {
    using data = memory;
    using events = sml::events<asked, key_made, server_made, reached, ran, handed_over, went_wrong, end_asked, gone>;
    using terminal = sml::state_names<>;

    constexpr auto operator()() const {
        using namespace sml;
        using sml::event;  // not slipway's
        // clang-format off
        return make_transition_table(
           *"idle"_s           + event<asked>       / begin               = "accepted"_s,
            "accepted"_s       + event<key_made>                          = "key_created"_s,
            "key_created"_s    + event<server_made>                       = "server_created"_s,
            "server_created"_s + event<reached>                           = "ssh_ready"_s,
            "ssh_ready"_s      + event<ran>                               = "recipe_run"_s,
            "recipe_run"_s     + event<handed_over>                       = "active"_s,
            "accepted"_s       + event<went_wrong>  [ may_retry ] / count,
            "accepted"_s       + event<went_wrong>                        = "cleaning_up"_s,
            "key_created"_s    + event<went_wrong>  [ may_retry ] / count,
            "key_created"_s    + event<went_wrong>                        = "cleaning_up"_s,
            "server_created"_s + event<went_wrong>                        = "cleaning_up"_s,
            "cleaning_up"_s    + event<gone>                              = "idle"_s,
            "active"_s         + event<end_asked>                         = "terminating"_s,
            "terminating"_s    + event<gone>                              = "terminated"_s,
            "terminated"_s     + event<asked>       / begin               = "accepted"_s,

            event<asked> + refused_elsewhere,
            event<key_made> + refused_elsewhere,
            event<server_made> + refused_elsewhere,
            event<reached> + refused_elsewhere,
            event<ran> + refused_elsewhere,
            event<handed_over> + refused_elsewhere,
            event<went_wrong> + refused_elsewhere,
            event<end_asked> + refused_elsewhere,
            event<gone> + refused_elsewhere);
        // clang-format on
    }
};
using life_machine = sml::machine<life_in_rows>;

// The states in the order in which the table names them.
enum class at : std::uint8_t {
    idle, accepted, key_created, server_created, ssh_ready, recipe_run, active, cleaning_up, terminating, terminated
};

// Each false where the state does not take the event.
class by_hand {
public:
    bool take(const life_event& e) {
        switch (state_) {
            case at::idle:
            case at::terminated:
                return std::holds_alternative<asked>(e) && begun();
            case at::accepted:
                return std::holds_alternative<key_made>(e) ? now(at::key_created) : failed(e, true);
            case at::key_created:
                return std::holds_alternative<server_made>(e) ? now(at::server_created) : failed(e, true);
            case at::server_created:
                return std::holds_alternative<reached>(e) ? now(at::ssh_ready) : failed(e, false);
            case at::ssh_ready:
                return std::holds_alternative<ran>(e) && now(at::recipe_run);
            case at::recipe_run:
                return std::holds_alternative<handed_over>(e) && now(at::active);
            case at::active:
                return std::holds_alternative<end_asked>(e) && now(at::terminating);
            case at::cleaning_up:
                return std::holds_alternative<gone>(e) && now(at::idle);
            case at::terminating:
                return std::holds_alternative<gone>(e) && now(at::terminated);
        }
        return false;
    }
    const memory& known() const { return known_; }

private:
    bool now(at next) {
        state_ = next;
        return true;
    }
    bool begun() {
        known_.attempts = 0;
        ++known_.lives;
        return now(at::accepted);
    }
    bool failed(const life_event& e, bool again) {
        if (!std::holds_alternative<went_wrong>(e)) return false;
        if (again && known_.attempts < most_attempts) {
            ++known_.attempts;
            return true;
        }
        return now(at::cleaning_up);
    }

    at state_ = at::idle;
    memory known_;
};

class by_table {
public:
    bool take(const life_event& e) {
        return std::visit([&](const auto& known) { return life_machine::step(state_, known_, known).taken(); }, e);
    }
    const memory& known() const { return known_; }

private:
    life_machine::state state_;
    memory known_;
};

// Most lives go well; some need a second try, some fail. In an order that repeats late enough for no processor to learn it.
std::vector<life_event> events_of_lives(std::uint64_t at_least) {
    std::vector<life_event> all;
    std::uint64_t chance = 1;
    while (all.size() < at_least) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        const auto luck = chance >> 60;  // 0 to 15
        all.insert(all.end(), {asked{}, key_made{}});
        if (luck < 3) all.push_back(went_wrong{});
        if (luck == 0) {
            all.insert(all.end(), {went_wrong{}, went_wrong{}, gone{}});
            continue;
        }
        all.insert(all.end(), {server_made{}, reached{}, ran{}, handed_over{}, end_asked{}, gone{}});
    }
    return all;
}

template <class Machine>
timed_run take_all(const std::vector<life_event>& events, std::uint64_t times, memory& known) {
    Machine machine;
    std::uint64_t taken = 0;
    timed_run run;
    block_times blocks;
    const stopwatch since;
    for (std::uint64_t i = 0; i < times; ++i)
        for (const life_event& e : events) {
            taken += machine.take(e);
            blocks.one_more();
        }
    run.seconds = since.seconds();
    run.each_us = std::move(blocks).each_us();
    if (taken != times * events.size()) throw std::logic_error("a machine of the benchmark refuses an event");
    known = machine.known();
    return run;
}

}  // namespace dispatched

}  // namespace

std::vector<figures> measure_dispatch(const options& how) {
    using namespace dispatched;
    constexpr std::uint64_t events_at_once = 100'000;
    const auto events = events_of_lives(std::min(how.n, events_at_once));
    const std::uint64_t times = std::max<std::uint64_t>(how.n / events.size(), 1);
    const std::uint64_t all = times * events.size();
    const auto once = [&] {
        round found;
        memory table, hand;
        const timed_run ours = take_all<by_table>(events, times, table);
        const timed_run limit = take_all<by_hand>(events, times, hand);
        if (table != hand) throw std::logic_error("the machines of the benchmark do not agree");
        found.seconds = ours.seconds;
        found.per_second = static_cast<double>(all) / ours.seconds;
        found.p50_us = quantile(ours.each_us, 0.5);
        found.p99_us = quantile(ours.each_us, 0.99);
        found.rss_mb = peak_memory_mb(getpid());
        found.limit_per_second = static_cast<double>(all) / limit.seconds;
        return found;
    };
    return {in_rounds({"dispatch", "memory", all, 1}, how.repeated, once)};
}

}  // namespace slipway::bench
