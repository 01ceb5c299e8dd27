#include "tools/slipway-bench/vm_life.hpp"

#include "engine/model/codec.hpp"
#include "engine/runtime/hash_chain.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace slipway::bench {

namespace {

constexpr std::int64_t first_birth_ms = 1'763'650'000'000;
constexpr std::int64_t between_births_ms = 700;

timestamp birth_of(std::uint64_t number) {
    return {first_birth_ms + static_cast<std::int64_t>(number) * between_births_ms};
}

stream_id stream_of(std::uint64_t number) {
    random_bytes random{};
    for (std::size_t i = 0; i < 8; ++i) random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return {uuid_v7(birth_of(number), random)};
}

step_started started(step s) {
    step_started e;
    e.step = s;
    return e;
}

vm_requested request_of(std::uint64_t number, const candidate& where) {
    vm_requested e;
    e.owner = "user" + std::to_string(number % 50);
    e.spec.name = "web" + std::to_string(number);
    e.spec.provider = "direct";
    e.spec.candidates = {where, {"cx33", "fsn1", 2}};
    e.spec.image = "ubuntu-24.04";
    e.spec.public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + std::to_string(number % 50);
    e.spec.key_name = "laptop";
    e.spec.key_fingerprint = "aa:bb:" + std::to_string(number % 50);
    e.spec.app = "none";
    return e;
}

server_created server_of(std::uint64_t number, const candidate& where) {
    server_created e;
    e.server_id = 4'000'000 + static_cast<std::int64_t>(number);
    e.server_name = "web" + std::to_string(number);
    e.server_type = where.server_type;
    e.location = where.location;
    e.ipv4 = "192.0.2." + std::to_string(number % 250 + 1);
    e.host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHost";
    return e;
}

step_failed busy_until(timestamp when) {
    step_failed e;
    e.step = step::create_server;
    e.code = failure_code::server_error;
    e.message = "the service is busy";
    e.retry_at = when;
    return e;
}

}  // namespace

vm_life::vm_life(std::uint64_t number) : id_(stream_of(number)), plan_(plan(number)), now_(birth_of(number)) {}

std::vector<vm_life::moment> vm_life::plan(std::uint64_t number) {
    const auto id = static_cast<std::int64_t>(number);
    const int slow = static_cast<int>(number % 97) * 100;
    const candidate where{"cx23", "nbg1", 1};
    const vm_requested request = request_of(number, where);
    const server_created server = server_of(number, where);
    const std::vector<std::string> own_keys{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwn"};
    auto creating = started(step::create_server);
    creating.server_name = server.server_name;
    creating.candidate_ = where;

    std::vector<moment> life{{0, {request}},
                             {10, {started(step::register_key)}},
                             {300, {key_created{7'000'000 + id, request.spec.key_fingerprint, true}, creating}}};
    if (number % 10 == 0) {
        life.push_back({700, {busy_until(birth_of(number) + std::chrono::milliseconds{2000})}});
        life.push_back({1000, {creating}});
    }
    life.insert(life.end(), {{1200 + slow, {server, started(step::reach_ssh)}},
                             {14'000 + slow, {ssh_ready{server.ipv4}, started(step::run_recipe)}},
                             {10, {recipe_run{}, started(step::prepare_host_keys)}},
                             {300, {host_keys_prepared{own_keys}, started(step::hand_over)}},
                             {400, {activated{server.ipv4, own_keys}}}});
    if (number % 3 == 0)
        life.insert(life.end(), {{7'200'000, {end_requested{"deleted"}}},
                                 {10, {started(step::delete_server)}},
                                 {2000, {server_deleted{server.server_id, true}}},
                                 {10, {started(step::release_key)}},
                                 {300, {key_deleted{7'000'000 + id, true}, terminated{}}}});
    return life;
}

append_request vm_life::next() {
    const moment& m = plan_.at(done_++);
    now_ = now_ + std::chrono::milliseconds{m.after_ms};
    append_request request;
    request.expected_version = state_.version;
    const bool is_command = m.after_ms == 0 || std::holds_alternative<end_requested>(m.events.front());
    for (const event& what : m.events) {
        evolve(state_, what).value();
        new_event e;
        e.type = type_of(what);
        e.schema_version = version_of(what);
        // The stream's id with the version in a place of its own.
        e.event_id = id_.text;
        e.event_id.replace(20, 3, std::to_string(100 + state_.version));
        e.at = now_;
        e.actor = is_command ? "cli:user" : "engine";
        if (is_command) e.command_id = "request-" + std::to_string(done_) + "-" + id_.text;
        e.data = encode(what);
        request.events.push_back(std::move(e));
    }
    request.head = head_of(state_, id_);
    return request;
}

}  // namespace slipway::bench
