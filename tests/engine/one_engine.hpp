// A whole small world for one test: a simulated Hetzner, disk and clock, and one computer that runs the engine.
// Looks after the invariants by itself: they are required to hold in the end.
#pragma once

#include "engine/model/codec.hpp"
#include "tests/support/catch.hpp"
#include "adapters/simulated/computer.hpp"

#include <string>
#include <vector>

namespace slipway::test {

using namespace simulated;
using namespace std::chrono_literals;

inline vm_spec spec_named(const std::string& name, const std::string& key = "ssh-ed25519 AAAAalice alice") {
    vm_spec s;
    s.name = name;
    s.provider = "direct";
    s.candidates = {{"cx22", "fsn1", 1}, {"cx22", "nbg1", 1}};
    s.image = "debian-12";
    s.public_key = key;
    s.key_name = "alice-" + fingerprint_of(key).substr(0, 5);
    s.key_fingerprint = fingerprint_of(key);
    s.recipe = "apt-get install -y nginx";
    s.app = "none";
    return s;
}

struct one_engine {
    explicit one_engine(std::uint64_t seed = 1, engine_options options = {})
        : u(seed), rules(u), host(u, rules, options) {
        u.faults = &faults;
        host.start();
    }
    ~one_engine() {
        for (const violation& v : rules.found()) UNSCOPED_INFO(name(v.kind) << " at " << v.at << " ms: " << v.text);
        if (!expects_violations) CHECK(rules.found().empty());
    }

    // Empty where it was refused or the process died.
    stream_id request(const vm_spec& spec, const std::string& command_id = {}) {
        const auto answer = host.ask({request_vm{spec, "alice"}, {}, "cli:alice", command_id});
        if (!answer || !*answer) {
            last_error = answer ? answer->error() : error{error_kind::failed, "no answer"};
            return {};
        }
        return (*answer)->stream;
    }
    bool end(const stream_id& stream, const std::string& command_id = {}) {
        const auto answer = host.ask({end_vm{"asked"}, stream, "cli:alice", command_id});
        if (answer && *answer) return true;
        last_error = answer ? answer->error() : error{error_kind::failed, "no answer"};
        return false;
    }
    stream_id live(const vm_spec& spec) {
        const stream_id stream = request(spec);
        REQUIRE(host.run_until_at_rest(stream));
        return stream;
    }
    void end_cleanly(const stream_id& stream) {
        REQUIRE(end(stream));
        REQUIRE(host.run_until_at_rest(stream));
        CHECK(state(stream) == "terminated");
        rules.nothing_left();
    }
    std::string state(const stream_id& stream) const { return std::string(host.state(stream).state_name()); }

    std::vector<event> events(const stream_id& stream) const {
        std::vector<event> all;
        for (const event_record& r : u.log.read_stream(stream, 0))
            all.push_back(*decode(r.type, r.schema_version, r.data));
        return all;
    }
    // "step_started create_server", "step_failed create_server lost", "activated", …
    std::vector<std::string> story(const stream_id& stream) const {
        std::vector<std::string> lines;
        for (const event& e : events(stream)) {
            std::string line{type_of(e)};
            if (const auto* s = std::get_if<step_started>(&e)) line += " " + std::string(name(s->step));
            if (const auto* f = std::get_if<step_failed>(&e))
                line += " " + std::string(name(f->step)) + " " + std::string(name(f->code));
            lines.push_back(line);
        }
        return lines;
    }
    template <class E>
    std::vector<E> all(const stream_id& stream) const {
        std::vector<E> found;
        for (const event& e : events(stream))
            if (const auto* typed = std::get_if<E>(&e)) found.push_back(*typed);
        return found;
    }
    int calls(site s) const { return static_cast<int>(std::count(faults.calls.begin(), faults.calls.end(), s)); }
    // From now on.
    void fail(site s, int which, fault f) { faults.nth[{s, calls(s) + which}] = f; }

    universe u;
    planned_faults faults;
    invariants rules;
    computer host;
    error last_error;
    bool expects_violations = false;
};

}  // namespace slipway::test
