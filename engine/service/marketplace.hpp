// What people can ask for (service.hpp), done: providers and offerings are checked against Hetzner and kept in the
// registry, contracts and VMs become commands to the engine, and audits compare Hetzner with the log.
//
// Owned by the composition root together with what it is made of, which must outlive it. Called on the loop's thread.
// It hears from the engine as one of its observers: who waits for events goes on, and what is shown is up to date.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/documents.hpp"
#include "engine/ports/outbox.hpp"
#include "engine/ports/projects.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/service/kept_tokens.hpp"
#include "engine/service/meters.hpp"
#include "engine/service/reasons.hpp"
#include "engine/service/resource_choice.hpp"
#include "engine/service/service.hpp"
#include "engine/service/view_cache.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::service {

struct marketplace_settings {
    bool provisioning = false;  // HETZNER_PROVISIONING_ENABLED
    std::vector<std::string> server_types;
    std::vector<std::string> locations;
    int ssh_timeout_s = 120;
    int recipe_timeout_s = 300;
    int overdue_after_s = 300;
};

class marketplace final : public operations, public engine_observer {
public:
    struct parts {
        boost::asio::any_io_executor executor;
        slipway::engine* engine = nullptr;  // none: this process only reads, and commands are refused
        event_log& log;
        slipway::registry& registry;
        slipway::projects& projects;
        kept_tokens& tokens;
        engine_clock& clock;
        const meters* measured = nullptr;     // none: nothing is measured
        slipway::outbox* messages = nullptr;  // none: what became of messages is not told
        documents* kept = nullptr;            // none: what is overdue is not told
    };
    marketplace(parts with, marketplace_settings settings);

    answering<provider_record> put_provider(provider_input input, origin from) override;
    answering<provider_record> provider(std::string id, origin from) override;
    answering<provider_record> check_provider(std::string id, origin from) override;
    answering<offering_record> put_offering(offering_input input, origin from) override;
    answering<offering_record> offering(std::string id, origin from) override;
    answering<page<offering_record>> offerings(std::string after, std::size_t limit, origin from) override;
    answering<stream_view> accept_contract(contract_input input, origin from) override;
    answering<stream_view> end_contract(std::string id, std::string reason, origin from) override;
    answering<order_plan> plan_vms(vm_input input, origin from) override;
    answering<std::vector<stream_view>> request_vms(vm_input input, origin from) override;
    answering<stream_view> end_vm(std::string name_or_id, origin from) override;
    answering<stream_view> find(std::string kind, std::string name_or_id, origin from) override;
    answering<page<stream_view>> list(list_query query, origin from) override;
    answering<stream_story> tell(std::string kind, std::string name_or_id, std::uint64_t version, origin from) override;
    answering<project_catalog> catalog(std::string provider, origin from) override;
    answering<project_catalog> refresh(std::string provider, origin from) override;
    std::optional<project_catalog> known_catalog(const std::string& provider) override;
    answering<user_defaults> defaults(origin from) override;
    answering<user_defaults> set_defaults(defaults_input input, origin from) override;
    // All projects; what goes wrong with one is said in the report.
    answering<audit_report> audit(origin from) override;
    answering<std::optional<audit_report>> last_audit(origin from) override;
    answering<audit_report> adopt(origin from) override;
    answering<bool> reaches(std::uint64_t seq, origin from) override;
    answering<std::vector<event_record>> events(events_query query, origin from) override;
    answering<std::uint64_t> last_seq(origin from) override;
    answering<verification> verify(std::string after, std::size_t limit, origin from) override;
    boost::asio::awaitable<void> events_after(std::uint64_t after) override;
    health ready() override;
    answering<measurements> measure(origin from) override;

    // Whether the log is as far as each project, and an audit of each that is seen to be further. Asked again and again
    // it costs requests only where one is, or was not answered. False: one could not be asked.
    answering<bool> look_around(origin from);

    // overdue_watch::parts::judge.
    boost::asio::awaitable<result<std::optional<overdue_alert>>> judge(stream_id stream);

    void appended(const vm_state& state, const std::vector<event_record>& records) override;
    void log_grew() override;
    void recipe_output(const stream_id& stream, std::string_view text) override;
    void log_works() override { trouble_.clear(); }
    void log_trouble(const std::string& message) override;
    void append_fenced(const stream_id& stream, const std::string& message) override;

private:
    struct command_name {
        std::string id;          // what the engine knows the command by; empty: the caller gave no key
        client_request request;  // likewise
        bool fresh = false;      // nobody has asked for it before
    };
    // An error where the idempotency key came with another request before.
    answering<command_name> name_command(std::string what, origin from);
    // Likewise; whether it was asked before.
    answering<bool> asked_before(client_request request);
    // The stream that the command with this id has touched; none where it is new.
    answering<std::optional<stream_view>> answered_before(command_name command);
    answering<stream_view> submit(vm_command command, stream_id stream, std::string actor, command_name name);
    answer<vm_spec> spec_of(const vm_input& input, const std::vector<std::string>& names) const;
    // What only a look into the project can tell: places, key, network and firewalls.
    struct looked_up {
        vm_spec spec;
        chosen_resources with;
    };
    answering<looked_up> look_up(vm_input input, vm_spec spec, std::shared_ptr<slipway::project> project, origin from);
    answering<std::vector<candidate>> candidates_for(vm_input input, std::string image,
                                                     std::shared_ptr<slipway::project> project);
    answering<chosen_resources> resources_for(vm_input input, std::shared_ptr<slipway::project> project, origin from);
    answering<project_catalog> read_catalog(std::string provider, bool fresh);
    boost::asio::awaitable<cloud_result<std::vector<cloud_resource>>> look_at(std::string provider,
                                                                              std::shared_ptr<slipway::project> project,
                                                                              std::string kind);
    answering<std::vector<cloud_resource>> list_for_order(std::string provider,
                                                          std::shared_ptr<slipway::project> project, std::string kind);
    answering<std::shared_ptr<slipway::project>> project_of(std::string provider);
    answering<void> same_project(std::string provider, std::shared_ptr<slipway::project> project);
    // Refused where the project is known to be further than the log, or turns out to be.
    answering<void> as_far_as(std::string provider);
    boost::asio::awaitable<result<void>> adopt_in(std::string provider, std::string actor);
    // With what is wrong with the provider's token.
    answering<stream_view> told(stream_view view);
    // What can keep one of this provider's where it is.
    boost::asio::awaitable<surroundings> around(std::string provider, std::string provider_trouble);
    boost::asio::awaitable<result<std::vector<overdue_alert>>> alerts();
    // The problems of one stream are added; how many events it has.
    answering<std::uint64_t> verify_one(stream_head head, log_problems& found);
    // Every VM and contract, of any provider, that has or may have something at Hetzner.
    boost::asio::awaitable<result<std::vector<stream_view>>> live_ones();
    boost::asio::awaitable<result<std::vector<audit_finding>>> audit_one(std::string provider, std::string actor);

    // What was heard last of a provider's project, as the token with this mark opens it.
    struct heard_project {
        std::string token_mark;
        std::shared_ptr<const slipway::catalog> offers;
        struct list {
            std::vector<cloud_resource> all;
            timestamp at;
        };
        std::map<std::string, list> lists;  // by kind: networks, ssh_keys, firewalls
    };
    heard_project& heard_of(const std::string& provider, const slipway::project& project);

    parts with_;
    marketplace_settings settings_;
    std::map<std::string, heard_project> heard_;
    view_cache views_;
    std::optional<audit_report> last_audit_;
    std::set<std::string> audited_as_older_;  // providers
    std::map<std::string, std::string> outputs_;  // of the recipes that this process follows, by stream: the end of each
    std::string trouble_;         // why the log cannot be written; empty where it can
    std::uint64_t appends_fenced_ = 0;
    std::uint64_t last_seq_ = 0;  // 0: nothing was appended by this process so far
    wakeup news_;
};

}  // namespace slipway::service
