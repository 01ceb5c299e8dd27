// What the HTTP API asks of the house, as values: no HTTP in here. The composition root (adapters/daemon) implements it;
// the API turns requests into these calls and answers into JSON. The CLI's marketplace verbs take the same way.
//
// Called on the loop's thread and resumes there. An answer to a command means that its event is durable.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/machines/vm.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::service {

struct field_error {
    std::string field;   // "infra_config.server_type"
    std::string detail;  // a sentence
};

// Why not. The kind says which status: usage 422, not_found 404, refused 409, unreachable 502, storage and configuration
// 503, failed and corrupt 500.
struct failure {
    error_kind kind = error_kind::failed;
    std::string message;
    std::vector<field_error> fields;  // each wrong field, for usage
};

[[noreturn]] inline void throw_exception_from_error(const failure& f, const boost::source_location&) {
    throw std::logic_error("the service refused: " + f.message);
}

template <class T>
using answer = boost::system::result<T, failure>;

template <class T>
using answering = boost::asio::awaitable<answer<T>>;

struct provider_input {
    std::string id;
    secret hetzner_token;
    std::string email;
    std::string telegram_chat;
};

struct offering_input {
    std::string id;
    std::string provider;
    std::string server_type;
    std::string location;
    std::string image;
    std::string recipe;
};

struct contract_input {
    std::string id;  // empty: one is made
    std::string offering;
    std::string public_key;               // the buyer's OpenSSH public line
    std::optional<timestamp> expires_at;
};

struct vm_input {
    std::string name;
    std::string server_type;  // empty: the configuration's
    std::string location;     // likewise
    std::string image;        // empty: the configuration's default
    std::string app = "none";
    std::string recipe;
    std::string public_key;
    int count = 1;
    std::map<std::string, std::string> labels;
};

// Who asks, and how to know the same request again.
struct origin {
    std::string actor;            // "api", "cli:alice"
    std::string idempotency_key;  // empty: none was given
    std::string request_digest;   // of method, path and body; only used with a key
};

// One VM or contract.
struct life {
    stream_id stream;
    vm_state state;
    timestamp created_at;
    timestamp changed_at;
    std::optional<timestamp> terminated_at;
    std::string provider_trouble;  // the provider's token does not work; empty where it does
};

// One thing that the audit found.
struct finding {
    std::string what;      // orphan: at Hetzner and unknown to the log; vanished: the other way round; leaked
    std::string provider;
    std::string kind;      // server, ssh_key
    std::int64_t id = 0;
    std::string name;
    std::string stream;    // empty for an orphan of nobody
    std::string cost_per_day;  // "0.1464 EUR net"; empty where it is not known
    std::string advice;    // what to do, in a sentence
};

struct audit_report {
    timestamp at;
    std::vector<finding> findings;
    std::vector<std::string> not_asked;  // sentences: projects that could not be looked into
};

struct health {
    bool ready = false;
    std::string why;  // not ready: what is missing
};

class operations {
public:
    virtual ~operations() = default;

    virtual answering<provider_record> put_provider(provider_input input) = 0;
    virtual answering<provider_record> provider(std::string id) = 0;
    // Asks Hetzner whether the token works, and notes it.
    virtual answering<provider_record> check_provider(std::string id) = 0;

    virtual answering<offering_record> put_offering(offering_input input) = 0;
    virtual answering<offering_record> offering(std::string id) = 0;
    virtual answering<std::vector<offering_record>> offerings() = 0;

    virtual answering<life> accept_contract(contract_input input, origin from) = 0;
    // `reason`: cancelled, expired, payment_failed, or retry_termination.
    virtual answering<life> end_contract(std::string id, std::string reason, origin from) = 0;

    virtual answering<std::vector<life>> request_vms(vm_input input, origin from) = 0;
    virtual answering<life> end_vm(std::string name_or_id, origin from) = 0;

    // `kind`: vm_kind or contract_kind. By id, by name, or by the marketplace's id.
    virtual answering<life> find(std::string_view kind, std::string name_or_id) = 0;
    virtual answering<std::vector<life>> list(std::string_view kind) = 0;

    // Locations, server types, images, networks, SSH keys, firewalls of a provider ("direct": the configuration's own).
    virtual answering<nlohmann::ordered_json> catalog(std::string provider) = 0;

    virtual answering<audit_report> audit(origin from) = 0;
    // The last one's, whoever asked for it; none since this process began.
    virtual std::optional<audit_report> last_audit() = 0;

    // Records after `after`, of one stream where it is not empty, at most `limit`.
    virtual answering<std::vector<event_record>> events(std::uint64_t after, std::string stream, std::size_t limit) = 0;
    // Returns when events later than `after` are there, at once if they are; throws operation_aborted when cancelled.
    virtual boost::asio::awaitable<void> events_after(std::uint64_t after) = 0;

    virtual health ready() = 0;
    // Prometheus's text format.
    virtual boost::asio::awaitable<std::string> metrics() = 0;
};

}  // namespace slipway::service
