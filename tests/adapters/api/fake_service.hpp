// The service in memory: answers with what it was given, counts what it was asked to change, and makes streams by the real
// machines. One thread.
#pragma once

#include "engine/service/service.hpp"
#include "engine/async/wakeup.hpp"

#include <map>
#include <string>
#include <vector>

namespace slipway::test {

inline const std::string some_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKO5kQeB8hYRm6jFJDtVnRkHxF2iLVkNqBgYsF4fRk1x buyer";

class fake_service final : public service::operations {
public:
    fake_service();

    service::answering<provider_record> put_provider(service::provider_input input, service::origin from) override;
    service::answering<provider_record> provider(std::string id, service::origin from) override;
    service::answering<provider_record> check_provider(std::string id, service::origin from) override;
    service::answering<offering_record> put_offering(service::offering_input input, service::origin from) override;
    service::answering<offering_record> offering(std::string id, service::origin from) override;
    service::answering<service::page<offering_record>> offerings(std::string after, std::size_t limit,
                                                                 service::origin from) override;
    service::answering<service::stream_view> accept_contract(service::contract_input input,
                                                             service::origin from) override;
    service::answering<service::stream_view> end_contract(std::string id, std::string reason,
                                                          service::origin from) override;
    service::answering<service::order_plan> plan_vms(service::vm_input input, service::origin from) override;
    service::answering<std::vector<service::stream_view>> request_vms(service::vm_input input,
                                                                      service::origin from) override;
    service::answering<service::stream_view> end_vm(std::string name_or_id, service::origin from) override;
    service::answering<service::stream_view> find(std::string kind, std::string name_or_id,
                                                  service::origin from) override;
    service::answering<service::page<service::stream_view>> list(service::list_query query,
                                                                 service::origin from) override;
    service::answering<service::stream_story> tell(std::string kind, std::string name_or_id, std::uint64_t version,
                                                   service::origin from) override;
    service::answering<service::project_catalog> catalog(std::string provider, service::origin from) override;
    service::answering<service::project_catalog> refresh(std::string provider, service::origin from) override;
    std::optional<service::project_catalog> known_catalog(const std::string&) override { return std::nullopt; }
    service::answering<user_defaults> defaults(service::origin from) override;
    service::answering<user_defaults> set_defaults(service::defaults_input input, service::origin from) override;
    service::answering<service::audit_report> audit(service::origin from) override;
    service::answering<std::optional<service::audit_report>> last_audit(service::origin from) override;
    service::answering<service::audit_report> adopt(service::origin from) override;
    service::answering<bool> reaches(std::uint64_t seq, service::origin from) override;
    service::answering<std::vector<event_record>> events(service::events_query query, service::origin from) override;
    service::answering<std::uint64_t> last_seq(service::origin from) override;
    // Streams of several events are wrong: each of this house's hashes begins a chain.
    service::answering<service::verification> verify(std::string after, std::size_t limit, service::origin from) override;
    boost::asio::awaitable<void> events_after(std::uint64_t after) override;
    service::health ready() override { return readiness; }
    service::answering<service::measurements> measure(service::origin from) override;

    // Adds an event to the log of `to`, changes its state by it, and tells those who wait.
    void happens(service::stream_view& to, const event& what);
    service::stream_view& view_named(const std::string& id);

    // What the next call answers instead, once.
    std::optional<service::failure> refusal;

    int changes = 0;  // calls that would have changed something
    service::health readiness{true, {}};
    service::origin last_origin;
    std::string last_token;
    std::optional<service::audit_report> last;  // what last_audit answers
    std::vector<service::overdue_alert> late;
    service::list_query last_query;
    service::contract_input last_contract;
    service::vm_input last_vm;
    user_defaults kept_defaults;
    service::offering_input last_offering;
    std::vector<event_record> log;
    std::map<std::string, provider_record> providers;
    std::map<std::string, offering_record> all_offerings;
    std::map<std::string, service::stream_view> views;  // by contract's id or VM's name

private:
    service::stream_view& begin(const std::string& id, const event& what);
    timestamp tick();

    wakeup news_;
    std::int64_t time_ = 1'800'000'000'000;
    std::uint64_t numbers_ = 0;
};

}  // namespace slipway::test
