// What the HTTP API and the CLI's marketplace verbs can do (adapters/api/service.hpp), done: providers and offerings are
// checked against Hetzner and kept in the registry, contracts and VMs become commands to the engine, and audits compare
// Hetzner with the log.
//
// Owned by the composition root together with what it is made of, which must outlive it. Called on the loop's thread.
// A provider's token is in memory only while a request to Hetzner needs it: projects get a source that unseals it.
#pragma once

#include "engine/service/service.hpp"
#include "adapters/hetzner/projects.hpp"
#include "adapters/vault/seal.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/registry.hpp"
#include "engine/async/async_signal.hpp"
#include "engine/runtime/engine.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::service {

struct marketplace_settings {
    bool provisioning = false;  // HETZNER_PROVISIONING_ENABLED
    std::vector<std::string> server_types;
    std::vector<std::string> locations;
    int ssh_timeout_s = 120;
    int recipe_timeout_s = 300;
};

class marketplace final : public operations {
public:
    struct parts {
        boost::asio::any_io_executor executor;
        slipway::engine& engine;
        event_log& log;
        slipway::registry& registry;
        projects& projects;
        engine_clock& clock;
    };
    // `sealing` may be null: providers cannot be kept then.
    marketplace(parts with, marketplace_settings settings, std::shared_ptr<const vault::sealing_key> sealing);

    // Makes every provider's project known. Before anything else.
    boost::asio::awaitable<result<void>> start();

    // After CREDENTIAL_ENCRYPTION_KEY was read again. One that opens none of the providers' tokens is refused.
    result<void> use_key(std::shared_ptr<const vault::sealing_key> sealing);

    // From the engine's observer: who waits for events goes on.
    void appended(std::uint64_t last_seq);
    // Not empty: why this process is not ready.
    void set_trouble(std::string why) { trouble_ = std::move(why); }

    // All of them; what goes wrong with one project is said in the report. Used once a day and on demand.
    boost::asio::awaitable<audit_report> audit_all(std::string actor);

    answering<provider_record> put_provider(provider_input input) override;
    answering<provider_record> provider(std::string id) override;
    answering<provider_record> check_provider(std::string id) override;
    answering<offering_record> put_offering(offering_input input) override;
    answering<offering_record> offering(std::string id) override;
    answering<std::vector<offering_record>> offerings() override;
    answering<life> accept_contract(contract_input input, origin from) override;
    answering<life> end_contract(std::string id, std::string reason, origin from) override;
    answering<std::vector<life>> request_vms(vm_input input, origin from) override;
    answering<life> end_vm(std::string name_or_id, origin from) override;
    answering<life> find(std::string_view kind, std::string name_or_id) override;
    answering<std::vector<life>> list(std::string_view kind) override;
    answering<nlohmann::ordered_json> catalog(std::string provider) override;
    answering<audit_report> audit(origin from) override;
    std::optional<audit_report> last_audit() override { return last_audit_; }
    answering<std::vector<event_record>> events(std::uint64_t after, std::string stream,
                                                     std::size_t limit) override;
    boost::asio::awaitable<void> events_after(std::uint64_t after) override;
    health ready() override;
    boost::asio::awaitable<std::string> metrics() override;

private:
    void know(const provider_record& provider);
    bool opens_a_token(const vault::sealing_key& key) const;
    answering<void> same_project(std::string provider, std::shared_ptr<client> project);
    boost::asio::awaitable<void> note_token(std::string provider, std::string sealed, bool works, std::string why_not);
    answering<std::shared_ptr<client>> project_of(std::string provider);
    // The id that the engine knows the command by; an error where its idempotency key came with another request before.
    answering<std::string> command_id_of(std::string_view what, const origin& from);
    answering<std::vector<life>> answered_before(const std::string& command_id);
    answering<life> submit(vm_command command, stream_id stream, std::string actor, std::string command_id);
    answering<life> life_of(stream_id stream);
    // Every VM and contract, of any provider, that has or may have something at Hetzner.
    boost::asio::awaitable<result<std::vector<life>>> live_ones();
    boost::asio::awaitable<result<std::vector<audit_finding>>> audit_one(std::string provider, std::string actor);
    std::string trouble_with(const std::string& provider) const;

    parts with_;
    marketplace_settings settings_;
    std::shared_ptr<const vault::sealing_key> sealing_;
    std::map<std::string, std::string> token_trouble_;  // by provider: why its token does not work
    std::map<std::string, std::string> sealed_;  // by provider: its token, as it is kept now
    std::optional<audit_report> last_audit_;
    std::string trouble_;
    std::uint64_t last_seq_ = 0;  // 0: nothing was appended by this process so far
    async_signal news_;
};

// A sentence of the engine's or of Hetzner's as an answer.
failure failure_of(const error& e);
failure failure_of(const cloud_error& e);

}  // namespace slipway::service
