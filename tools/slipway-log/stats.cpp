#include "engine/base/duration_text.hpp"
#include "engine/model/codec.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/percentiles.hpp"
#include "tools/slipway-log/layout.hpp"

#include <map>
#include <set>
#include <unordered_map>

namespace slipway::inspection {

namespace {

struct of_step {
    durations done;  // of the attempts that succeeded
    std::uint64_t failed = 0;
};

struct of_cause {
    std::uint64_t times = 0;
    std::set<std::string> streams;
    std::uint64_t given_up = 0;  // without another attempt
};

// Where a stream is while the log goes by.
struct passing {
    std::optional<step> in_hand;
    timestamp began, requested;
};

struct tally {
    std::map<step, of_step> steps;
    durations to_active, to_terminated;
    std::map<std::pair<step, failure_code>, of_cause> causes;
    std::uint64_t refused = 0, undecodable = 0;
};

class counting {
public:
    void take(const event_record& r) {
        passing& stream = streams_[r.stream.text];
        if (r.version == 1) stream.requested = r.at;
        if (r.type == step_started::name || r.type == step_failed::name) {
            take_attempt(r, stream);
        } else if (const auto done = completed_by(r.type)) {
            if (stream.in_hand == done) total.steps[*done].done.add(r.at - stream.began);
            stream.in_hand.reset();
        }
        if (r.type == activated::name) total.to_active.add(r.at - stream.requested);
        if (r.type == end_requested::name) stream.requested = r.at;
        if (r.type == terminated::name) total.to_terminated.add(r.at - stream.requested);
        if (r.type == command_refused::name) ++total.refused;
    }

    tally total;

private:
    void take_attempt(const event_record& r, passing& stream) {
        const auto decoded = decode(r.type, r.schema_version, r.data);
        if (!decoded) {
            ++total.undecodable;
            return;
        }
        if (const auto* started = std::get_if<step_started>(&*decoded)) {
            stream.in_hand = started->step;
            stream.began = r.at;
            return;
        }
        const auto& failed = std::get<step_failed>(*decoded);
        ++total.steps[failed.step].failed;
        of_cause& cause = total.causes[{failed.step, failed.code}];
        ++cause.times;
        cause.streams.insert(r.stream.text);
        if (!failed.retry_at) ++cause.given_up;
        stream.in_hand.reset();
    }

    std::unordered_map<std::string, passing> streams_;
};

class printing {
public:
    explicit printing(context& on) : on_(on) {}

    void states(const std::vector<stream_head>& heads) {
        std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
        for (const stream_head& head : heads) ++counts[{head.kind, head.state}];
        table lines({{"KIND"}, {"STATE"}, {"STREAMS"}});
        for (const auto& [of, count] : counts) {
            lines.add({printable(of.first), printable(of.second), std::to_string(count)});
            if (on_.json) line({{"kind", of.first}, {"state", of.second}, {"streams", count}});
        }
        print(lines, false);
    }

    void steps(const tally& total) {
        table lines({{"STEP"}, {"DONE"}, {"P50"}, {"P95"}, {"P99"}, {"LONGEST"}, {"FAILED"}});
        for (const auto& [step, seen] : total.steps) row(lines, std::string(name(step)), seen.done, seen.failed);
        if (!total.to_active.empty()) row(lines, "request to active", total.to_active, {});
        if (!total.to_terminated.empty()) row(lines, "end requested to terminated", total.to_terminated, {});
        print(lines, total.steps.empty());
    }

    void causes(const tally& total) {
        table lines({{"FAILED STEP"}, {"CAUSE"}, {"TIMES"}, {"STREAMS"}, {"GIVEN UP"}});
        for (const auto& [what, cause] : total.causes) {
            const std::string step(name(what.first)), code(name(what.second));
            lines.add({step, code, std::to_string(cause.times), std::to_string(cause.streams.size()),
                       std::to_string(cause.given_up)});
            if (on_.json)
                line({{"failed_step", step},
                      {"code", code},
                      {"times", cause.times},
                      {"streams", cause.streams.size()},
                      {"given_up", cause.given_up}});
        }
        print(lines, total.causes.empty());
    }

    void sums(std::uint64_t events, const tally& total) {
        if (on_.json)
            return line({{"events", events}, {"commands_refused", total.refused}, {"undecodable", total.undecodable}});
        on_.out << '\n' << events << " events, " << total.refused << " commands refused";
        if (total.undecodable > 0) on_.out << ", " << total.undecodable << " attempts that this program cannot decode";
        on_.out << '\n';
    }

private:
    void line(const nlohmann::ordered_json& document) { on_.out << dump(document) << '\n'; }

    void print(table& lines, bool empty) {
        if (on_.json || empty) return;
        if (!first_) on_.out << '\n';
        first_ = false;
        lines.print(on_.out, on_.width);
    }

    void row(table& lines, const std::string& what, const durations& took, std::optional<std::uint64_t> failed) {
        const auto shown = [&](double part) {
            return took.empty() ? std::string("-") : duration_text(took.percentile(part)).substr(1);
        };
        lines.add({what, std::to_string(took.count()), shown(0.5), shown(0.95), shown(0.99), shown(1),
                   failed ? std::to_string(*failed) : ""});
        if (!on_.json) return;
        const auto ms = [&](double part) {
            return took.empty() ? nlohmann::ordered_json(nullptr)
                                : nlohmann::ordered_json(took.percentile(part).count());
        };
        nlohmann::ordered_json document;
        document[failed ? "step" : "way"] = what;
        document["done"] = took.count();
        document["p50_ms"] = ms(0.5);
        document["p95_ms"] = ms(0.95);
        document["p99_ms"] = ms(0.99);
        document["longest_ms"] = ms(1);
        if (failed) document["failed"] = *failed;
        line(document);
    }

    context& on_;
    bool first_ = true;
};

}  // namespace

int stats(context& on) {
    const log_reader::snapshot together(on.log);
    const auto heads = on.log.heads({});
    int code = exit_done;
    const auto missing = [&](const std::string& what) {
        on.complaints << printable(what) << '\n';
        code = exit_failed;
    };
    if (!heads) missing(heads.error().message);
    counting seen;
    std::uint64_t events = 0;
    const auto count = [&](const event_record& r) {
        seen.take(r);
        ++events;
        return true;
    };
    log_walk(on.log).on(count, [&](const unreadable& lost) { missing(lost.sentence()); });
    printing into(on);
    if (heads) into.states(*heads);
    into.steps(seen.total);
    into.causes(seen.total);
    into.sums(events, seen.total);
    return code;
}

}  // namespace slipway::inspection
