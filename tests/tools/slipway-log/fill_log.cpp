#include "tests/tools/slipway-log/fill_log.hpp"

#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"

#include <stdexcept>

namespace slipway::test {

namespace {

constexpr std::size_t at_a_time = 500;

stream_id stream_of(std::uint64_t number) {
    random_bytes random{};
    for (std::size_t i = 0; i < 8; ++i) random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return {uuid_v7({1'763'650'000'000 + static_cast<std::int64_t>(number) * 700}, random)};
}

struct planned {
    int after_ms;
    event what;
};

step_started started(step s) {
    step_started e;
    e.step = s;
    return e;
}

// One life: most become active, some need a second try, some are deleted again.
std::vector<planned> plan(std::uint64_t number) {
    const std::string name = "web" + std::to_string(number);
    const auto id = static_cast<std::int64_t>(number);
    const int slow = static_cast<int>(number % 97) * 100;
    const candidate where{"cx23", "nbg1", 1};
    vm_requested request;
    request.owner = "user" + std::to_string(number % 50);
    request.spec.name = name;
    request.spec.provider = "direct";
    request.spec.candidates = {where, {"cx33", "fsn1", 2}};
    request.spec.image = "ubuntu-24.04";
    request.spec.public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + std::to_string(number % 50);
    request.spec.key_name = "laptop";
    request.spec.key_fingerprint = "aa:bb:" + std::to_string(number % 50);
    request.spec.app = "none";
    auto creating = started(step::create_server);
    creating.server_name = name;
    creating.candidate_ = where;
    server_created server;
    server.server_id = 4'000'000 + id;
    server.server_name = name;
    server.server_type = where.server_type;
    server.location = where.location;
    server.ipv4 = "192.0.2." + std::to_string(number % 250 + 1);
    server.host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHost";
    std::vector<planned> life{{0, request},
                              {10, started(step::register_key)},
                              {300, key_created{7'000'000 + id, request.spec.key_fingerprint, true}},
                              {10, creating}};
    if (number % 10 == 0) {
        step_failed busy;
        busy.step = step::create_server;
        busy.code = failure_code::server_error;
        busy.message = "the service is busy";
        busy.retry_at = timestamp{1'763'650'000'000 + id * 700 + 2000};
        life.push_back({700, busy});
        life.push_back({1000, creating});
    }
    life.insert(life.end(), {{1200 + slow, server},
                             {10, started(step::reach_ssh)},
                             {14'000 + slow, ssh_ready{server.ipv4}},
                             {10, started(step::run_recipe)},
                             {10, recipe_run{}},
                             {10, started(step::prepare_host_keys)},
                             {300, host_keys_prepared{{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwn"}}},
                             {10, started(step::hand_over)},
                             {400, activated{server.ipv4, {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOwn"}}}});
    if (number % 3 == 0)
        life.insert(life.end(), {{7'200'000, end_requested{"deleted"}},
                                 {10, started(step::delete_server)},
                                 {2000, server_deleted{server.server_id, true}},
                                 {10, started(step::release_key)},
                                 {300, key_deleted{7'000'000 + id, true}},
                                 {0, terminated{}}});
    return life;
}

class growing {
public:
    explicit growing(std::uint64_t number)
        : id_(stream_of(number)),
          plan_(plan(number)),
          now_{1'763'650'000'000 + static_cast<std::int64_t>(number) * 700} {}

    bool over() const { return state_.version == plan_.size(); }

    append_request next() {
        const planned& p = plan_[state_.version];
        now_ = now_ + std::chrono::milliseconds{p.after_ms};
        append_request request;
        request.expected_version = state_.version;
        evolve(state_, p.what).value();
        new_event e;
        e.type = type_of(p.what);
        e.schema_version = version_of(p.what);
        // The stream's id with the version in a place of its own.
        e.event_id = id_.text;
        e.event_id.replace(20, 3, std::to_string(100 + state_.version));
        e.at = now_;
        e.actor = state_.version == 1 ? "cli:user" : "engine";
        if (state_.version == 1) e.command_id = "request-" + id_.text;
        e.data = encode(p.what);
        request.events.push_back(std::move(e));
        request.head = head_of(state_, id_);
        return request;
    }

private:
    stream_id id_;
    std::vector<planned> plan_;
    timestamp now_;
    vm_state state_;
};

}  // namespace

std::uint64_t fill_log(sqlite::writer& log, std::uint64_t events) {
    std::uint64_t written = 0, number = 0;
    std::vector<growing> alive;
    for (;;) {
        while (alive.size() < at_a_time && written < events) alive.emplace_back(++number);
        std::vector<append_request> batch;
        for (growing& vm : alive) batch.push_back(vm.next());
        if (batch.empty()) return written;
        for (const auto& stored : log.append(std::move(batch)))
            if (!stored) throw std::runtime_error(stored.error().message);
        written += alive.size();
        std::erase_if(alive, [](const growing& vm) { return vm.over(); });
    }
}

}  // namespace slipway::test
