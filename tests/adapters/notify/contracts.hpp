// Contracts whose life is written into a memory_log event by event, as the engine would.
#pragma once

#include "tests/adapters/notify/memory.hpp"

#include <string>

namespace slipway::test {

inline constexpr timestamp noon{1'790'000'000'000};  // what fake_clock begins near to

// Where a recipe's text or its output would show.
inline const std::string recipe_secret = "hunter2-in-the-recipe";

inline contract_accepted contract(const std::string& id = "c-1", const std::string& provider = "acme") {
    contract_accepted e;
    e.contract_id = id;
    e.offering = "small";
    e.owner = "bob";
    e.spec.name = "dc-abcd1234";
    e.spec.provider = provider;
    e.spec.candidates.push_back(candidate{"cx22", "fsn1", 1});
    e.spec.image = "debian-12";
    e.spec.public_key = "ssh-ed25519 AAAApublicline bob";
    e.spec.key_name = "slipway-bob";
    e.spec.key_fingerprint = "aa:bb";
    e.spec.recipe = "echo " + recipe_secret;
    return e;
}

inline step_failed gave_up(step s, failure_code code, const std::string& message) {
    step_failed e;
    e.step = s;
    e.code = code;
    e.message = message;
    return e;
}

inline failed failure(step s, failure_code code, const std::string& message) {
    failed e;
    e.step = s;
    e.code = code;
    e.message = message;
    return e;
}

inline leak left(resource_kind kind, std::int64_t id, const std::string& name, const std::string& why) {
    leak l;
    l.kind = kind;
    l.id = id;
    l.name = name;
    l.why = why;
    return l;
}

struct contract_stream {
    memory_log& log;
    std::string id = "0193c0de-aaaa-7000-8000-0000abcd1234";
    std::string kind = "contract";
    timestamp at = noon;

    const event_record& add(const event& e) { return log.add(id, kind, e, at); }

    void key_and_server() {
        key_created key;
        key.key_id = 77;
        key.fingerprint = "aa:bb";
        key.ours = true;
        add(key);
        server_created server;
        server.server_id = 4711;
        server.server_name = "dc-abcd1234";
        server.server_type = "cx22";
        server.location = "fsn1";
        server.ipv4 = "192.0.2.7";
        add(server);
    }
    void gone() {
        server_deleted server;
        server.server_id = 4711;
        server.existed = true;
        add(server);
        key_deleted key;
        key.key_id = 77;
        key.existed = true;
        add(key);
    }
    // Ends with `failed`, all cleaned up.
    const event_record& fails_clean(const contract_accepted& what, step s, failure_code code,
                                    const std::string& message) {
        add(what);
        key_and_server();
        add(gave_up(s, code, message));
        gone();
        add(cleaned_up{});
        return add(failure(s, code, message));
    }
    // Ends with `failed`; neither the server nor the key could be deleted.
    const event_record& fails_and_leaks(const contract_accepted& what, const std::string& why) {
        add(what);
        key_and_server();
        add(gave_up(step::reach_ssh, failure_code::ssh_unreachable, "the server does not answer by SSH"));
        add(gave_up(step::delete_server, failure_code::protected_resource, why));
        add(gave_up(step::release_key, failure_code::server_error, "Hetzner failed to answer properly."));
        cleaned_up over;
        over.leaked.push_back(left(resource_kind::server, 4711, "dc-abcd1234", why));
        over.leaked.push_back(left(resource_kind::ssh_key, 77, "slipway-bob", "Hetzner failed to answer properly."));
        add(over);
        return add(failure(step::reach_ssh, failure_code::ssh_unreachable, "the server does not answer by SSH"));
    }
    const event_record& cannot_be_ended(const contract_accepted& what, const std::string& why) {
        add(what);
        key_and_server();
        end_requested end;
        end.reason = "cancelled";
        add(end);
        add(gave_up(step::delete_server, failure_code::protected_resource, why));
        key_deleted key;
        key.key_id = 77;
        key.existed = true;
        add(key);
        termination_failed e;
        e.leaked.push_back(left(resource_kind::server, 4711, "dc-abcd1234", why));
        e.message = why;
        return add(e);
    }
    // Before the last event.
    vm_state before() const {
        auto records = log.stream(id);
        records.pop_back();
        return replay(records).value();
    }
};

inline provider_record provider(const std::string& id, const std::string& email, const std::string& chat) {
    provider_record p;
    p.id = id;
    p.sealed_token = "sealed-token-text";
    if (!email.empty()) p.recipients.push_back({"email", email});
    if (!chat.empty()) p.recipients.push_back({"telegram", chat});
    return p;
}

}  // namespace slipway::test
