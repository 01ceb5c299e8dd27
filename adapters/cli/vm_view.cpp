#include "adapters/cli/vm_view.hpp"

#include "adapters/api/views.hpp"
#include "adapters/cli/login.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"
#include "engine/model/recipe_output.hpp"
#include "engine/service/shortcomings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace slipway::cli {

namespace {

std::string fingerprint_of(const std::string& public_line) {
    const auto key = parse_public_key(public_line);
    return key ? sha256_fingerprint(key->blob) : "";
}

std::string address_of(const spine& d) { return d.known_server() ? d.known_server()->ipv4 : ""; }

}  // namespace

std::string name_of(const vm_view& vm) {
    const server_reference* server = vm.state.data.known_server();
    return server ? server->name : vm.state.data.server_name();
}

nlohmann::ordered_json to_json(const vm_view& vm) {
    return api::vm_json(vm.stream, vm.state, vm.created_at, vm.changed_at);
}

std::string details_of(const vm_view& vm) {
    const spine& d = vm.state.data;
    std::string text;
    const auto line = [&](std::string_view what, const std::string& value) {
        if (!value.empty()) text += fmt::format("{:<12} {}\n", what, value);
    };
    const server_reference* server = d.known_server();
    line("name", name_of(vm));
    line("state", std::string(vm.state.state_name()));
    line("id", vm.stream.text);
    line("owner", d.owner);
    if (server) {
        line("server", std::to_string(server->id) + (d.server ? "" : " (deleted)"));
        line("type", server->server_type);
        line("location", server->location);
        line("address", address_of(d));
        line("ipv6", server->ipv6);
    }
    line("image", d.spec.image);
    if (d.spec.network != 0) line("network", std::to_string(d.spec.network));
    for (const std::int64_t id : d.spec.firewalls) line("firewall", std::to_string(id));
    if (d.key) line("SSH key", std::to_string(d.key->id) + (d.key->ours ? "" : " (was there before)"));
    for (const std::string& key : d.host_keys) line("host key", key.substr(0, key.find(' ')) + " " + fingerprint_of(key));
    if (d.recipe && !d.recipe->unknown.empty())
        line("recipe", "its end is not known");
    else if (d.recipe && d.recipe->ran)
        line("recipe", fmt::format("exit code {}, {}", d.recipe->exit_code, seconds_text(std::chrono::milliseconds{d.recipe->duration_ms})));
    if (d.failure) line("failure", fmt::format("{}: {}", name(d.failure->step), printable(with_output(d.failure->message, d.failure->output))));
    if (d.held) line("held", printable(d.held->message));
    for (const leak& l : d.leaked) line("leaked", fmt::format("{} {} {}: {}", name(l.kind), l.id, l.name, printable(l.why)));
    for (const shortcoming& one : d.missing)
        line("missing", fmt::format("{}: {}. {}", service::in_words(one.what), printable(one.why), service::advice(one.what)));
    if (d.retry_at) line("due", to_rfc3339(*d.retry_at));
    line("created", to_rfc3339(vm.created_at));
    if (const auto there = login_of(vm); vm.state.in("active") && there) line("connect", "ssh root@" + there->address);
    return text;
}

}  // namespace slipway::cli
