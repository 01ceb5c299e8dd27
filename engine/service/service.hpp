// What people can ask slipway for, as values: no HTTP, no JSON, no Discord in here. The HTTP API, the CLI, Discord and the
// dashboard speak to this and to nothing else; marketplace.hpp does it.
//
// Called on the loop's thread and resumes there. An answer to a command means that its event is durable. Who asks is
// said with every call, so that each can be allowed, recorded and found again.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/machines/vm.hpp"
#include "engine/model/catalog.hpp"
#include "engine/ports/cloud.hpp"
#include "engine/ports/event_log.hpp"
#include "engine/ports/registry.hpp"
#include "engine/service/catalog_rules.hpp"
#include "engine/service/overdue_alert.hpp"
#include "engine/service/readings.hpp"
#include "engine/service/stream_check.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::service {

struct field_error {
    std::string field;   // "infra_config.server_type"
    std::string detail;  // a sentence
};

// Why not. The kind says how to answer: usage is the caller's input, not_found, refused, unreachable (Hetzner), storage
// and configuration (ours), failed and corrupt.
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

// Who asks, and how to know the same request again.
struct origin {
    std::string actor;            // "api", "cli:alice"; what is ordered belongs to it
    std::string idempotency_key;  // empty: none was given
    std::string request_digest;   // of all that was asked for; only used with a key
};

// Of a channel whose addresses are secrets.
struct secret_recipient {
    std::string channel;
    secret address;
};

struct provider_input {
    std::string id;
    secret hetzner_token;
    std::vector<recipient> recipients;  // at most one for each channel of recipients.hpp
    std::vector<secret_recipient> secret_recipients;
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
    std::string public_key;  // the buyer's OpenSSH public line
    std::optional<timestamp> expires_at;
};

struct vm_input {
    std::string name;
    std::vector<std::string> server_types;  // in order of preference; none: the configuration's
    std::vector<std::string> locations;     // likewise
    std::string image;                      // empty: the configuration's default
    std::string app = "none";
    std::string recipe;
    // Of the project's networks, firewalls and SSH keys, by id. None: resource_choice.hpp's rules choose.
    std::optional<std::int64_t> network;                 // 0: no network
    std::optional<std::vector<std::int64_t>> firewalls;  // empty: no firewall
    std::optional<std::int64_t> ssh_key_id;              // only looked at without a public_key
    std::string public_key;  // empty: a key that the project has
    std::string key_name;  // what the key is called at Hetzner where it is not there yet; empty: after the VM
    int count = 1;
    std::map<std::string, std::string> labels;
};

// One VM or contract, as its stream stands.
struct stream_view {
    stream_id stream;
    vm_state state;
    timestamp created_at;
    timestamp changed_at;
    std::optional<timestamp> terminated_at;
    std::string provider_trouble;  // the provider's token does not work; empty where it does
};

// Something that can be done with a VM or contract as it stands.
struct allowed_action {
    std::string name;   // delete; of a contract: cancel, expire, payment-failed, retry-termination
    std::string means;  // what it ends, in a sentence
};

// One VM or contract as it was behind one of its events, told for people.
struct stream_story {
    struct entry {  // of its timeline
        std::uint64_t seq = 0;
        std::uint64_t version = 0;
        timestamp at;
        std::string type, actor;
        std::string state;  // that it led to
        std::string words;  // empty where the type says all
    };
    struct output {  // of its recipe
        bool running = false;
        std::optional<int> exit_code;
        std::string text;  // the end of it
    };
    stream_view view;  // as of `version`
    std::uint64_t version = 0;
    std::uint64_t last_version = 0;
    timestamp at;                  // of that event
    timestamp since;               // in its state
    std::vector<std::string> why;  // it is where it is, a sentence each: what that means, what failed, what comes next
    std::string to_do;             // what its owner can do about it; empty: nothing has to be done
    std::optional<timestamp> overdue_since;  // as it stands: by what is usual for its state
    std::vector<allowed_action> actions;  // none for an earlier version
    std::vector<entry> timeline;          // up to `version`
    std::optional<output> recipe;
};

// Part of a list that is in the order of ids, oldest first.
template <class T>
struct page {
    std::vector<T> items;
    std::string next;  // what to give as `after` for those behind these; empty: there are none
};

inline constexpr std::size_t largest_page = 1000;

struct list_query {
    std::string kind;                      // vm_kind or contract_kind
    std::string state, provider, owner;    // empty: any
    bool live_only = false;                // without those that have ended
    std::string after;                     // a page's `next`; empty: from the beginning
    std::size_t limit = 100;               // 1 to largest_page
};

// Of the project's networks, firewalls or SSH keys, one that was chosen.
struct chosen_resource {
    std::int64_t id = 0;
    std::string name;
};

// What an order of VMs would be, and cost; nothing was ordered.
struct order_plan {
    struct choice {
        candidate where;
        std::optional<quote> price;  // with one IPv4 address; none where Hetzner names none
    };
    std::vector<std::string> names;
    std::vector<choice> choices;  // in the order in which they would be tried
    std::string request;          // the body of POST /servers for the first of both, a JSON object; the key is not in it
    std::string key;              // which that is: "laptop (MD5:aa:bb…)"
    std::optional<chosen_resource> network;
    std::vector<chosen_resource> firewalls;
    std::optional<chosen_resource> ssh_key;  // of the project; none: the order brings its own
};

// What a project sells and has.
struct project_catalog {
    std::shared_ptr<const slipway::catalog> offers;
    std::vector<cloud_resource> networks, ssh_keys, firewalls;
};

// What the asker takes where the project has several; all of it is replaced. Each as in user_defaults.
struct defaults_input {
    std::optional<std::int64_t> network, ssh_key, firewall;
};

// One thing that an audit found.
struct finding {
    audit_finding about;  // as it is recorded
    std::string provider;
    std::string advice;  // what to do, in a sentence
};

struct audit_report {
    timestamp at;
    std::vector<finding> findings;
    std::vector<std::string> not_asked;  // sentences: projects that could not be looked into
};

struct events_query {
    std::uint64_t after = 0;  // seq, exclusive
    std::string stream;       // empty: of all
    std::size_t limit = 1000;
};

// Part of a look at whether the log is right, stream by stream in the order of their ids.
struct verification {
    std::uint64_t streams = 0, events = 0;  // that were checked
    log_problems problems;
    std::string next;  // as a page's
};

inline constexpr std::size_t most_streams_verified = 500;  // at once

struct health {
    bool ready = false;
    std::string why;  // not ready: what is missing
};

struct measurements {
    std::map<std::pair<std::string, std::string>, std::size_t> live;  // by kind and state; what has ended is left out
    bool log_writable = true;
    std::uint64_t last_seq = 0;  // of the last event that this process appended; 0: none so far
    std::uint64_t appends_fenced = 0;  // of this process: what it had sent for a stream came after another's take-over
    struct project {
        std::string provider;
        double requests_left = 0;
        bool token_works = true;
    };
    std::vector<project> projects;
    readings work;
    histogram commits{instants};       // how long the store took for those of this process
    std::size_t messages_waiting = 0;  // that have not gone out
    std::vector<overdue_alert> overdue;  // in the order of their streams
};

class operations {
public:
    virtual ~operations() = default;

    virtual answering<provider_record> put_provider(provider_input input, origin from) = 0;
    virtual answering<provider_record> provider(std::string id, origin from) = 0;
    // Asks Hetzner whether the token works, and notes it.
    virtual answering<provider_record> check_provider(std::string id, origin from) = 0;

    virtual answering<offering_record> put_offering(offering_input input, origin from) = 0;
    virtual answering<offering_record> offering(std::string id, origin from) = 0;
    virtual answering<page<offering_record>> offerings(std::string after, std::size_t limit, origin from) = 0;

    virtual answering<stream_view> accept_contract(contract_input input, origin from) = 0;
    // `reason`: cancelled, expired, payment_failed, or retry_termination.
    virtual answering<stream_view> end_contract(std::string id, std::string reason, origin from) = 0;

    virtual answering<order_plan> plan_vms(vm_input input, origin from) = 0;
    virtual answering<std::vector<stream_view>> request_vms(vm_input input, origin from) = 0;
    virtual answering<stream_view> end_vm(std::string name_or_id, origin from) = 0;

    // `kind`: vm_kind or contract_kind. By id, by name, or by the marketplace's id.
    virtual answering<stream_view> find(std::string kind, std::string name_or_id, origin from) = 0;
    virtual answering<page<stream_view>> list(list_query query, origin from) = 0;
    // As find(); behind that event of its stream, or the last one where there are fewer. 0: as it stands.
    virtual answering<stream_story> tell(std::string kind, std::string name_or_id, std::uint64_t version, origin from) = 0;

    // Of a provider; empty: of the configuration's own project.
    // What it offers is at most an hour old.
    virtual answering<project_catalog> catalog(std::string provider, origin from) = 0;
    // The same, all of it asked for anew.
    virtual answering<project_catalog> refresh(std::string provider, origin from) = 0;
    // What this process heard last of either, at once and without asking Hetzner, however old it is. None: nothing yet.
    // Lists that could not be had then are empty.
    virtual std::optional<project_catalog> known_catalog(const std::string& provider) = 0;

    // The asker's own, in the configuration's project.
    virtual answering<user_defaults> defaults(origin from) = 0;
    // Refused where one of them does not exist; the fields are network, ssh_key and firewall.
    virtual answering<user_defaults> set_defaults(defaults_input input, origin from) = 0;

    virtual answering<audit_report> audit(origin from) = 0;
    // The last one's, whoever asked for it, also before this process began; none where there never was one.
    virtual answering<std::optional<audit_report>> last_audit(origin from) = 0;

    // Takes in what this log is not as far as, as far as Hetzner and the servers' labels tell; then an audit.
    virtual answering<audit_report> adopt(origin from) = 0;

    // Whether the log has come as far as this position of a reader; one that is beyond it is of another history.
    virtual answering<bool> reaches(std::uint64_t seq, origin from) = 0;
    virtual answering<std::vector<event_record>> events(events_query query, origin from) = 0;
    // The seq of the log's last event; 0: it is empty.
    virtual answering<std::uint64_t> last_seq(origin from) = 0;
    // The streams behind `after`, at most `limit` of them (1 to most_streams_verified), and fewer where they are long. A
    // stream without a head, and the store itself, are beyond it: `slipway-log verify` looks at those.
    virtual answering<verification> verify(std::string after, std::size_t limit, origin from) = 0;
    // Returns when events later than `after` are there, at once if they are; throws operation_aborted when cancelled.
    // Any number may wait.
    virtual boost::asio::awaitable<void> events_after(std::uint64_t after) = 0;

    virtual health ready() = 0;
    virtual answering<measurements> measure(origin from) = 0;
};

}  // namespace slipway::service
