// The service over the simulated world: one computer with its engine, a registry, Hetzner's projects, and the marketplace
// beside them. A test asks as the API would, and moves time.
#pragma once

#include "adapters/simulated/projects_port.hpp"
#include "adapters/simulated/registry_model.hpp"
#include "engine/service/marketplace.hpp"
#include "tests/engine/one_engine.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace slipway::test {

inline const std::string buyers_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKO5kQeB8hYRm6jFJDtVnRkHxF2iLVkNqBgYsF4fRk1x buyer";

class kept_in_memory final : public documents {
public:
    boost::asio::awaitable<result<std::vector<document>>> all(std::string kind) override {
        std::vector<document> out;
        for (const auto& [key, body] : bodies)
            if (key.first == kind) out.push_back({key.first, key.second, body});
        co_return out;
    }
    boost::asio::awaitable<result<bool>> add(document one) override {
        co_return bodies.try_emplace({one.kind, one.id}, one.body).second;
    }
    boost::asio::awaitable<result<void>> put(document one) override {
        bodies[{one.kind, one.id}] = one.body;
        co_return result<void>{};
    }
    boost::asio::awaitable<result<void>> remove(std::string kind, std::string id) override {
        bodies.erase({kind, id});
        co_return result<void>{};
    }

    std::map<std::pair<std::string, std::string>, std::string> bodies;
};

struct service_fixture : one_engine {
    explicit service_fixture(engine_options options = {}) : one_engine(1, options) {
        spdlog::set_level(spdlog::level::off);  // stdout is for the test's results
        begin();
    }

    // As after a restart: nothing but what is kept is known.
    void begin(bool reads_only = false) {
        market.reset();
        auto& ports = host.process_ports();
        tokens = std::make_unique<service::kept_tokens>(host.loop().get_executor(), registry, ports.clock, key);
        projects = std::make_unique<projects_port>(ports, u, *tokens);
        service::marketplace_settings rules_of_orders;
        rules_of_orders.provisioning = provisioning;
        rules_of_orders.server_types = {"cx23"};
        rules_of_orders.locations = {"nbg1", "fsn1"};
        const service::marketplace::parts parts{
            host.loop().get_executor(), reads_only ? nullptr : &host.engine(), ports.log, registry, *projects, *tokens,
            ports.clock,           nullptr,                                 nullptr,   &kept};
        market = std::make_unique<service::marketplace>(parts, rules_of_orders);
        host.also = market.get();
    }
    ~service_fixture() { host.also = nullptr; }

    // Runs the world until the answer is there.
    template <class T>
    T ask(boost::asio::awaitable<T> call) {
        std::optional<T> answer;
        std::exception_ptr broken;
        boost::asio::co_spawn(host.loop(), std::move(call), [&](std::exception_ptr e, T value) {
            broken = e;
            answer.emplace(std::move(value));
        });
        REQUIRE(host.run_until([&] { return answer.has_value(); }, 1h));
        if (broken) std::rethrow_exception(broken);
        return *std::move(answer);
    }

    static service::origin from(const std::string& actor, const std::string& idempotency_key = {},
                                const std::string& digest = "d") {
        service::origin out;
        out.actor = actor;
        out.idempotency_key = idempotency_key;
        out.request_digest = digest;
        return out;
    }
    static service::vm_input vm(const std::string& name) {
        service::vm_input out;
        out.name = name;
        out.public_key = buyers_key;
        return out;
    }
    service::answer<provider_record> put_provider(const std::string& id, const std::string& token = "token-of-acme") {
        service::provider_input input;
        input.id = id;
        input.hetzner_token = secret(token);
        return ask(market->put_provider(std::move(input), from("operator")));
    }
    service::answer<offering_record> put_offering(const std::string& id, const std::string& type = "cx23") {
        service::offering_input input;
        input.id = id;
        input.provider = "acme";
        input.server_type = type;
        input.location = "nbg1";
        input.image = "ubuntu-24.04";
        return ask(market->put_offering(std::move(input), from("operator")));
    }
    static service::contract_input input_for(const std::string& offering) {
        service::contract_input input;
        input.offering = offering;
        input.public_key = buyers_key;
        return input;
    }

    service::answer<service::stream_view> accept(const std::string& id, const service::origin& who = from("buyer")) {
        service::contract_input input = input_for("small");
        input.id = id;
        return ask(market->accept_contract(std::move(input), who));
    }
    // A provider, its offering "small", and this contract, active.
    service::stream_view active_contract(const std::string& id) {
        REQUIRE(put_provider("acme"));
        REQUIRE(put_offering("small"));
        const auto accepted = accept(id);
        REQUIRE(accepted);
        REQUIRE(host.run_until_at_rest(accepted->stream));
        return ask(market->find("contract", id, from("buyer"))).value();
    }

    bool provisioning = true;  // as of the next begin()
    kept_in_memory kept;
    registry_model registry;
    std::shared_ptr<const sealing> key = std::make_shared<mirror_sealing>();
    std::unique_ptr<service::kept_tokens> tokens;
    std::unique_ptr<projects_port> projects;
    std::unique_ptr<service::marketplace> market;
};

inline std::vector<std::string> fields_of(const service::failure& f) {
    std::vector<std::string> names;
    for (const auto& one : f.fields) names.push_back(one.field);
    return names;
}

}  // namespace slipway::test
