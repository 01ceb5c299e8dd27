// The house in memory: answers with what it was given, counts what it was asked to change, and makes lives by the real
// machines. One thread.
#pragma once

#include "adapters/api/service.hpp"
#include "adapters/net/wakeup.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

inline const std::string some_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKO5kQeB8hYRm6jFJDtVnRkHxF2iLVkNqBgYsF4fRk1x buyer";

class fake_service final : public api::service {
public:
    fake_service();

    api::answering<provider_record> put_provider(api::provider_input input) override;
    api::answering<provider_record> provider(std::string id) override;
    api::answering<provider_record> check_provider(std::string id) override;
    api::answering<offering_record> put_offering(api::offering_input input) override;
    api::answering<offering_record> offering(std::string id) override;
    api::answering<std::vector<offering_record>> offerings() override;
    api::answering<api::life> accept_contract(api::contract_input input, api::origin from) override;
    api::answering<api::life> end_contract(std::string id, std::string reason, api::origin from) override;
    api::answering<std::vector<api::life>> request_vms(api::vm_input input, api::origin from) override;
    api::answering<api::life> end_vm(std::string name_or_id, api::origin from) override;
    api::answering<api::life> find(std::string_view kind, std::string name_or_id) override;
    api::answering<std::vector<api::life>> list(std::string_view kind) override;
    api::answering<nlohmann::ordered_json> catalog(std::string provider) override;
    api::answering<api::audit_report> audit(api::origin from) override;
    std::optional<api::audit_report> last_audit() override { return last; }
    std::optional<api::audit_report> last;
    api::answering<std::vector<event_record>> events(std::uint64_t after, std::string stream,
                                                     std::size_t limit) override;
    boost::asio::awaitable<void> events_after(std::uint64_t after) override;
    api::health ready() override { return readiness; }
    boost::asio::awaitable<std::string> metrics() override;

    // Adds an event to the log of `life`, changes its state by it, and tells those who wait.
    void happens(api::life& to, const event& what);
    api::life& life_named(const std::string& id);

    // What the next call answers instead, once.
    std::optional<api::failure> refusal;

    int changes = 0;  // calls that would have changed something
    api::health readiness{true, {}};
    api::origin last_origin;
    std::string last_token;
    api::contract_input last_contract;
    api::vm_input last_vm;
    api::offering_input last_offering;
    std::vector<event_record> log;
    std::map<std::string, provider_record> providers;
    std::map<std::string, offering_record> all_offerings;
    std::map<std::string, api::life> lives;  // by contract's id or VM's name

private:
    api::life& begin(const std::string& id, const event& what);
    timestamp tick();

    net::wakeup news_;
    std::int64_t time_ = 1'800'000'000'000;
    std::uint64_t numbers_ = 0;
};

}  // namespace slipway::test
