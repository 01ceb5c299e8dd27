// The house in memory: answers with what it was given, counts what it was asked to change, and makes lives by the real
// machines. One thread.
#pragma once

#include "engine/service/service.hpp"
#include "engine/async/wakeup.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

inline const std::string some_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKO5kQeB8hYRm6jFJDtVnRkHxF2iLVkNqBgYsF4fRk1x buyer";

class fake_service final : public service::operations {
public:
    fake_service();

    service::answering<provider_record> put_provider(service::provider_input input) override;
    service::answering<provider_record> provider(std::string id) override;
    service::answering<provider_record> check_provider(std::string id) override;
    service::answering<offering_record> put_offering(service::offering_input input) override;
    service::answering<offering_record> offering(std::string id) override;
    service::answering<std::vector<offering_record>> offerings() override;
    service::answering<service::life> accept_contract(service::contract_input input, service::origin from) override;
    service::answering<service::life> end_contract(std::string id, std::string reason, service::origin from) override;
    service::answering<std::vector<service::life>> request_vms(service::vm_input input, service::origin from) override;
    service::answering<service::life> end_vm(std::string name_or_id, service::origin from) override;
    service::answering<service::life> find(std::string_view kind, std::string name_or_id) override;
    service::answering<std::vector<service::life>> list(std::string_view kind) override;
    service::answering<nlohmann::ordered_json> catalog(std::string provider) override;
    service::answering<service::audit_report> audit(service::origin from) override;
    std::optional<service::audit_report> last_audit() override { return last; }
    std::optional<service::audit_report> last;
    service::answering<std::vector<event_record>> events(std::uint64_t after, std::string stream,
                                                     std::size_t limit) override;
    boost::asio::awaitable<void> events_after(std::uint64_t after) override;
    service::health ready() override { return readiness; }
    boost::asio::awaitable<std::string> metrics() override;

    // Adds an event to the log of `life`, changes its state by it, and tells those who wait.
    void happens(service::life& to, const event& what);
    service::life& life_named(const std::string& id);

    // What the next call answers instead, once.
    std::optional<service::failure> refusal;

    int changes = 0;  // calls that would have changed something
    service::health readiness{true, {}};
    service::origin last_origin;
    std::string last_token;
    service::contract_input last_contract;
    service::vm_input last_vm;
    service::offering_input last_offering;
    std::vector<event_record> log;
    std::map<std::string, provider_record> providers;
    std::map<std::string, offering_record> all_offerings;
    std::map<std::string, service::life> lives;  // by contract's id or VM's name

private:
    service::life& begin(const std::string& id, const event& what);
    timestamp tick();

    wakeup news_;
    std::int64_t time_ = 1'800'000'000'000;
    std::uint64_t numbers_ = 0;
};

}  // namespace slipway::test
