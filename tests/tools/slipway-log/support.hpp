// Logs for slipway-log to look at: VMs whose whole life is written by the machine itself, with ids and times that are
// the same in every run.
#pragma once

#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tools/slipway-log/inspection.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace slipway::test {

// One VM: appends the events it is given, `after_ms` after the last ones.
class vm_life {
public:
    vm_life(sqlite::writer& log, std::uint64_t number, std::string name)
        : log_(log), number_(number), name_(std::move(name)) {
        now_.ms += static_cast<std::int64_t>(number) * 3'600'000;
    }

    void then(int after_ms, std::vector<event> events) {
        now_ = now_ + std::chrono::milliseconds{after_ms};
        append_request request;
        request.expected_version = state_.version;
        for (const event& e : events) {
            evolve(state_, e).value();
            new_event stored;
            stored.type = type_of(e);
            stored.schema_version = version_of(e);
            stored.event_id = fixed_uuid(number_ * 1000 + state_.version);
            stored.at = now_;
            stored.actor = state_.version == 1 ? "cli:alice" : "engine";
            if (state_.version == 1) stored.command_id = "request-" + std::to_string(number_);
            stored.data = encode(e);
            request.events.push_back(std::move(stored));
        }
        request.head = head_of(state_, stream());
        append_one(log_, std::move(request)).value();
    }

    void requested() {
        vm_requested e;
        e.owner = "cli:alice";
        e.spec.name = name_;
        e.spec.provider = "direct";
        e.spec.candidates = {{"cx23", "nbg1", 1}, {"cx33", "fsn1", 1}};
        e.spec.image = "ubuntu-24.04";
        e.spec.public_key = "ssh-ed25519 AAAA alice";
        e.spec.key_name = "alice";
        e.spec.key_fingerprint = "aa:bb:cc";
        e.spec.recipe = "#!/bin/sh\ntrue\n";
        e.spec.app = "none";
        then(0, {e});
    }
    void started(step s, int after_ms = 20, int attempt = 1) {
        step_started e;
        e.step = s;
        e.attempt = attempt;
        e.at = now_ + std::chrono::milliseconds{after_ms};
        if (s == step::create_server) {
            e.server_name = state_.data.server_name();
            e.candidate_ = state_.data.where();
        }
        then(after_ms, {e});
    }
    void key_registered() {
        started(step::register_key);
        then(350, {key_created{7000 + static_cast<std::int64_t>(number_), "aa:bb:cc", true}});
    }
    void server_made() {
        started(step::create_server);
        server_created e;
        e.server_id = 4000 + static_cast<std::int64_t>(number_);
        e.server_name = state_.data.server_name();
        e.server_type = state_.data.where().server_type;
        e.location = state_.data.where().location;
        e.ipv4 = "192.0.2." + std::to_string(number_);
        e.host_key = "ssh-ed25519 BBBB";
        then(1200, {e});
    }
    void reached() {
        started(step::reach_ssh);
        then(14'250, {ssh_ready{"192.0.2." + std::to_string(number_)}});
    }
    void made_active() {
        requested();
        made_active_from_request();
    }
    void made_active_from_request() {
        key_registered();
        server_made();
        reached();
        started(step::run_recipe);
        recipe_run ran;
        ran.ran = true;
        ran.output_bytes = 5120;
        ran.duration_ms = 80'500;
        then(81'000, {ran});
        started(step::prepare_host_keys);
        then(300, {host_keys_prepared{{"ssh-ed25519 CCCC"}}});
        started(step::hand_over);
        then(400, {activated{"192.0.2." + std::to_string(number_), {"ssh-ed25519 CCCC"}}});
    }
    void create_failed(failure_code code, const std::string& message, std::optional<int> retry_after_ms,
                       variation next = variation::same) {
        step_failed e;
        e.step = step::create_server;
        e.code = code;
        e.message = message;
        e.next = next;
        if (retry_after_ms) e.retry_at = now_ + std::chrono::milliseconds{900 + *retry_after_ms};
        then(900, {e});
    }
    void deleted() {
        then(7'200'000, {end_requested{"deleted by cli:alice"}});
        started(step::delete_server);
        then(2000, {server_deleted{4000 + static_cast<std::int64_t>(number_), true}});
        started(step::release_key);
        then(300, conclude(state_, {key_deleted{7000 + static_cast<std::int64_t>(number_), true}}));
    }

    stream_id stream() const { return stream_number(number_); }
    const vm_state& state() const { return state_; }

private:
    sqlite::writer& log_;
    std::uint64_t number_;
    std::string name_;
    timestamp now_{1'763'650'000'000};
    vm_state state_;
};

// web1 is active, web2 has been deleted, web3 waits for its second try, web4 is gone before it got a server.
inline void write_example(const std::string& path) {
    auto writer = open_writer(path);
    vm_life(writer, 1, "web1").made_active();
    vm_life web2(writer, 2, "web2");
    web2.made_active();
    web2.deleted();
    vm_life web3(writer, 3, "web3");
    web3.requested();
    web3.key_registered();
    web3.started(step::create_server);
    web3.create_failed(failure_code::unavailable, "cx23 is sold out in nbg1", 5000, variation::next_candidate);
    vm_life web4(writer, 4, "web4");
    web4.requested();
    web4.key_registered();
    web4.started(step::create_server);
    web4.create_failed(failure_code::quota, "the project's limit of servers is reached", {});
    web4.started(step::release_key);
    web4.then(250, conclude(web4.state(), {key_kept{7004, "another VM uses it"}}));
}

struct said {
    int code = 0;
    std::string out, complaints;
};

// Calls a verb on the log at `path`.
template <class Verb>
said look(const std::string& path, Verb verb, bool json = false, std::size_t width = 0) {
    auto log = sqlite::reader::open(path).value();
    std::ostringstream out, complaints;
    inspection::context on{log, out, complaints, json, width};
    said answer;
    answer.code = verb(on);
    answer.out = out.str();
    answer.complaints = complaints.str();
    return answer;
}

}  // namespace slipway::test
