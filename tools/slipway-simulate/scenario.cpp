#include "tools/slipway-simulate/scenario.hpp"

#include "tools/slipway-simulate/customer.hpp"

#include "engine/runtime/surveys.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace slipway::simulated {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int strangers = 5;

class town {
public:
    explicit town(const scenario_options& o)
        : o_(o), swarm_(draw(o.seed, o.only)), faults_(swarm_, o.seed), u_(o.seed), rules_(u_) {
        u_.faults = &faults_;
        if (o.instances > 1) u_.share();
        u_.budget = request_bucket(swarm_.requests_per_hour);
        for (int i = 0; i < o.instances; ++i) {
            homes_.push_back(std::make_unique<computer>(u_, rules_));
            homes_.back()->restart_at_most = milliseconds{swarm_.down_at_most_ms};
        }
        if (o.trace)
            rules_.witness = [this](const event_record& r) {
                o_.trace(std::to_string(u_.time.now()) + " " + r.stream.text + " " + std::to_string(r.version) + " " +
                         r.type + " " + r.data);
            };
    }

    scenario_result live() {
        settle_in();
        for (const auto& home : homes_) home->start();
        world().run_for(turbulence());
        calm_down();
        return sum_up();
    }

private:
    bool several_histories() const { return (swarm_.restores || swarm_.copies) && !u_.shared; }
    milliseconds turbulence() const { return milliseconds{static_cast<std::int64_t>(o_.hours * 3'600'000)}; }

    void settle_in() {
        for (int i = 0; i < strangers; ++i) {
            new_server s;
            s.name = "taken" + std::to_string(i);
            (void)u_.cloud.create_server(s, fault::none);
        }
        new_ssh_key key;
        key.name = "laptop";
        key.public_key = "ssh-ed25519 AAAAshared0";
        (void)u_.cloud.create_ssh_key(key);
        for (int i = 0; i < o_.streams; ++i) customers_.push_back(move_in(i));
        if (swarm_.clock_jumps) jump_after(milliseconds{u_.chance.between(60'000, 3'600'000)});
        for (const auto& home : homes_) {
            if (swarm_.restarts) restart_after(*home, milliseconds{u_.chance.between(60'000, 1'800'000)});
            if (swarm_.pauses) pause_after(*home, milliseconds{u_.chance.between(60'000, 1'800'000)});
        }
        if (swarm_.outages) outage_after(milliseconds{u_.chance.between(60'000, turbulence().count())});
        if (swarm_.restores && !u_.shared) restore_after(milliseconds{u_.chance.between(60'000, turbulence().count())});
        if (swarm_.copies && !u_.shared) copy_after(milliseconds{u_.chance.between(60'000, turbulence().count())});
        if (swarm_.clock_jumps && u_.shared) store_jump_after(milliseconds{u_.chance.between(60'000, 3'600'000)});
    }

    computer& world() { return *homes_.front(); }  // whoever moves time

    std::unique_ptr<customer> move_in(int i) {
        vm_spec s;
        s.name = u_.chance.chance(swarm_.taken_name) ? "taken" + std::to_string(u_.chance.between(0, strangers - 1))
                                                     : "vm" + std::to_string(i);
        s.provider = "direct";
        s.candidates = {{"cx22", "fsn1", 1}, {"cx22", "nbg1", 1}, {"cax11", "hel1", 2}};
        s.image = "debian-12";
        const bool shared = u_.chance.chance(swarm_.shares_key);
        const std::int64_t which = shared ? u_.chance.between(0, 3) : i;
        s.public_key = "ssh-ed25519 AAAA" + std::string(shared ? "shared" : "own") + std::to_string(which);
        s.key_name = (shared ? "shared" : "own") + std::to_string(which);
        s.key_fingerprint = fingerprint_of(s.public_key);
        if (!u_.chance.chance(swarm_.no_recipe)) s.recipe = "make install";
        s.app = "none";
        auto who = std::make_unique<customer>(u_, rules_, i, std::move(s));
        if (u_.chance.chance(swarm_.contracts)) conclude(*who);
        who->request_after(milliseconds{u_.chance.between(0, turbulence().count() * 3 / 4)});
        // Most ends come while the VM is being made: that is where they hurt.
        if (u_.chance.chance(swarm_.ends_early))
            who->end_after(milliseconds{u_.chance.between(0, u_.chance.chance(0.7) ? 60'000 : 1'800'000)});
        return who;
    }

    void conclude(customer& who) {
        contract_terms terms;
        // Some are over before the VM is there, some when the faults are.
        if (u_.chance.chance(swarm_.expires)) {
            terms.expires_at = u_.wall() + milliseconds{u_.chance.between(0, turbulence().count() * 3 / 2)};
            last_expiry_ = std::max(last_expiry_, *terms.expires_at);
        }
        if (u_.chance.chance(swarm_.accepted_twice))
            terms.accepted_again_after = milliseconds{u_.chance.between(0, turbulence().count() / 2)};
        who.conclude(terms);
    }

    void jump_after(milliseconds d) {
        u_.time.after(d, [this] {
            if (faults_.calm) return;
            // A second, a day, ten years: each as likely.
            const auto size = static_cast<std::int64_t>(1000 * std::pow(10.0, 8.5 * u_.chance.fraction()));
            u_.wall_ahead = u_.chance.chance(0.5) ? size : -size;
            jump_after(milliseconds{u_.chance.between(60'000, 3'600'000)});
        });
    }

    void outage_after(milliseconds d) {
        u_.time.after(d, [this] {
            if (faults_.calm) return;
            const auto lasts = static_cast<std::int64_t>(60'000 * std::pow(10.0, 2.8 * u_.chance.fraction()));
            u_.outage_until = std::max(u_.outage_until, u_.time.now() + lasts);
        });
    }

    // Everybody stops, the log is as it was some time ago, everybody starts, and after a while somebody looks at the audit.
    void restore_after(milliseconds d) {
        u_.time.after(d, [this] {
            if (faults_.calm) return;
            for (const auto& home : homes_) home->stop();
            const auto records = static_cast<std::int64_t>(u_.log.records().size());
            u_.log.restore(static_cast<std::size_t>(u_.chance.between(0, records)));
            rules_.restored();
            for (const auto& home : homes_)
                if (!home->running()) home->start();
            for (const auto& c : customers_) c->forgotten();
            u_.time.after(milliseconds{u_.chance.between(60'000, 3'600'000)}, [this] { adopt_all(); });
        });
    }

    // What slipway audit --adopt does, by an operator who says so again until it is done.
    void adopt_all() {
        bool is_done = true;
        for (const auto& [id, server] : u_.cloud.servers()) {
            if (server.stream.empty() || server.deleting) continue;
            const auto known = rules_.states().find(stream_id{server.stream});
            const vm_state* state = known == rules_.states().end() ? nullptr : &known->second;
            if (!is_ahead(server.seen, state) && !(state && state->data.held)) continue;
            is_done = false;
            submission order;
            adopt_server command;
            command.stream.text = server.stream;
            command.found.provider = "direct";
            command.found.owner = "operator";
            command.found.server_id = id;
            command.found.server_name = server.seen.name;
            command.found.server_type = server.seen.server_type;
            command.found.location = server.seen.location;
            command.found.ipv4 = server.seen.ipv4.value_or("");
            command.found.project = "home";
            if (const auto c = server.seen.labels.find(label_contract); c != server.seen.labels.end())
                command.found.contract_id = c->second;
            for (const auto& [key_id, key] : u_.cloud.keys())
                if (is_made_by(key, install, command.stream) && !(state && state->data.key)) {
                    command.found.key_id = key_id;
                    command.found.key_fingerprint = key.fingerprint;
                }
            order.command = std::move(command);
            order.actor = "operator";
            for (const auto& home : homes_)
                if (home->reachable()) home->submit(order, [](const result<receipt>&) {});
        }
        if (!is_done) u_.time.after(minutes{10}, [this] { adopt_all(); });
    }

    void copy_after(milliseconds d) {
        u_.time.after(d, [this] {
            if (faults_.calm) return;
            copy_log_ = std::make_unique<log_model>();
            copy_log_->copy(u_.log);
            copy_log_->on_stored = [this](const std::vector<event_record>& records) { rules_.stored_beside(records); };
            copy_ = std::make_unique<computer>(u_, rules_, *copy_log_);
            rules_.copied();
            copy_->start();
        });
    }

    void store_jump_after(milliseconds d) {
        u_.time.after(d, [this] {
            if (faults_.calm) return;
            u_.store_jumped = true;
            u_.store_ahead += u_.chance.between(-120'000, 120'000);
            store_jump_after(milliseconds{u_.chance.between(60'000, 3'600'000)});
        });
    }

    void restart_after(computer& home, milliseconds d) {
        u_.time.after(d, [this, &home] {
            if (faults_.calm) return;
            home.stop();
            u_.time.after(milliseconds{u_.chance.between(10, 10'000)}, [&home] {
                if (!home.running()) home.start();
            });
            restart_after(home, milliseconds{u_.chance.between(60'000, 1'800'000)});
        });
    }

    // Some stops are shorter than a lease, most are longer.
    void pause_after(computer& home, milliseconds d) {
        u_.time.after(d, [this, &home] {
            if (faults_.calm) return;
            home.pause(milliseconds{u_.chance.between(1'000, 180'000)});
            pause_after(home, milliseconds{u_.chance.between(60'000, 1'800'000)});
        });
    }

    // Nothing goes wrong any more: everybody is answered, every VM comes to rest, and is ended where it lives.
    void calm_down() {
        faults_.calm = true;
        u_.wall_ahead = 0;  // somebody has set the clock
        u_.outage_until = 0;
        if (copy_) copy_->stop();
        copy_.reset();
        const auto answered = [this] {
            return std::all_of(customers_.begin(), customers_.end(),
                               [](const auto& c) { return c->refused() || !c->stream().text.empty(); });
        };
        if (!world().run_until(answered, hours{1})) rules_.report(violation_kind::stuck, "somebody is not answered");
        if (several_histories()) adopt_all();
        world().run_for(minutes{30});
        let_expire();
        // What was begun with a token of another project is known to be gone only with that one.
        world().run_for(hours{7});
        mend_elsewhere();
        rules_.nothing_leaks();
        for (int round = 1; round <= 5 && !everything_over(); ++round) {
            world().run_until([this] { return rules_.unfinished() == 0; }, hours{6});
            for (const auto& c : customers_)
                if (!c->stream().text.empty() && !over(c->stream())) c->end_now(round);
            world().run_for(minutes{5});
            if (several_histories()) end_what_nobody_remembers();
        }
        world().run_until([this] { return everything_over(); }, hours{6});
        mend_elsewhere();
        world().run_for(minutes{5});
        rules_.nothing_left();
        rules_.requests_were_right();
        std::int64_t left = 0;
        for (const auto& [id, s] : u_.cloud.servers()) left += s.stream.empty();
        if (left != strangers) rules_.report(violation_kind::touched_foreign, "a stranger's server is gone");
        if (u_.cloud.keys().empty())
            rules_.report(violation_kind::touched_foreign, "a key that was there before is gone");
    }

    // With the token of the other project what is there, and with the right one again what is here.
    void mend_elsewhere() {
        const auto has_leaks = [](const auto& s) { return mends(s.second).has_value(); };
        if (std::none_of(rules_.states().begin(), rules_.states().end(), has_leaks)) return;
        u_.token_is_foreign = true;
        world().run_for(hours{7});
        u_.token_is_foreign = false;
        world().run_for(hours{7});
    }

    // What customers asked for in a history that is lost.
    void end_what_nobody_remembers() {
        std::vector<stream_id> left;
        for (const auto& [stream, s] : rules_.states())
            if (!over(stream)) left.push_back(stream);
        for (const stream_id& stream : left) {
            submission order;
            order.command = end_vm{"forgotten"};
            order.stream = stream;
            order.actor = "operator";
            world().submit(std::move(order), [](const result<receipt>&) {});
        }
        world().run_for(hours{1});
    }

    // Those contracts that end by themselves do: nobody else has asked for it.
    void let_expire() {
        // A clock that jumped is noticed within an hour.
        constexpr milliseconds slow = minutes{70};
        if (last_expiry_.ms == 0) return;
        world().run_for(std::max<milliseconds>(last_expiry_ - u_.wall(), milliseconds{0}) + slow);
        rules_.nothing_outlived(slow - minutes{5});
    }

    bool over(const stream_id& stream) const {
        const auto it = rules_.states().find(stream);
        if (it == rules_.states().end()) return false;
        return it->second.in("terminated") || (it->second.in("failed") && it->second.data.leaked.empty());
    }
    bool everything_over() const {
        return rules_.unfinished() == 0 && std::all_of(rules_.states().begin(), rules_.states().end(),
                                                       [this](const auto& s) { return over(s.first); });
    }

    scenario_result sum_up() {
        scenario_result r;
        r.violations = rules_.found();
        r.options = swarm_;
        for (const auto& [stream, s] : rules_.states()) {
            ++r.lives;
            r.terminated += s.in("terminated");
            r.failed += s.in("failed");
            r.was_active += !s.data.host_keys.empty();
            r.contracts += s.kind() == contract_kind;
            r.expired += s.kind() == contract_kind && s.data.end_reason == "expired";
        }
        r.events = u_.log.records().size();
        r.requests = u_.requests;
        r.crashes = u_.crashes;
        r.over_budget = u_.over_budget;
        r.longest_removal_ms = u_.longest_removal.count();
        r.lasted_ms = u_.time.now();
        r.digest = rules_.digest();
        return r;
    }

    const scenario_options& o_;
    swarm_options swarm_;
    swarm_faults faults_;
    universe u_;
    invariants rules_;
    std::vector<std::unique_ptr<computer>> homes_;
    std::unique_ptr<log_model> copy_log_;
    std::unique_ptr<computer> copy_;
    std::vector<std::unique_ptr<customer>> customers_;
    timestamp last_expiry_;
};

bool still_breaks(const scenario_options& o, violation_kind kind) {
    const auto r = run(o);
    return std::any_of(r.violations.begin(), r.violations.end(), [&](const violation& v) { return v.kind == kind; });
}

}  // namespace

scenario_result run(const scenario_options& options) {
    town t(options);
    return t.live();
}

scenario_options shrink(scenario_options failing, violation_kind kind,
                        const std::function<void(const std::string&)>& tried) {
    failing.trace = nullptr;
    const auto attempt = [&](const scenario_options& smaller, const std::string& what) {
        const bool breaks = still_breaks(smaller, kind);
        tried(what + (breaks ? ": still breaks" : ": holds"));
        if (breaks) failing = smaller;
        return breaks;
    };
    for (bool smaller = true; smaller && failing.streams > 1;) {
        smaller = false;
        for (const int streams :
             {1, failing.streams / 4, failing.streams / 2, failing.streams * 3 / 4, failing.streams - 1}) {
            if (smaller || streams < 1 || streams >= failing.streams) continue;
            auto fewer = failing;
            fewer.streams = streams;
            smaller = attempt(fewer, std::to_string(streams) + " streams");
        }
    }
    const auto drawn = kinds(draw(failing.seed, failing.only));
    failing.only = std::set<fault>(drawn.begin(), drawn.end());
    for (const fault f : drawn) {
        auto fewer = failing;
        fewer.only->erase(f);
        attempt(fewer, "without " + std::string(name(f)));
    }
    return failing;
}

}  // namespace slipway::simulated
