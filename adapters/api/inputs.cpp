#include "adapters/api/inputs.hpp"

#include "adapters/api/body.hpp"
#include "adapters/api/router.hpp"
#include "engine/model/public_key.hpp"

#include <algorithm>
#include <array>

namespace slipway::api {

namespace {

constexpr std::size_t longest_recipe = 64 * 1024;
constexpr std::size_t longest_token = 256;
constexpr int most_vms = 100;
constexpr std::size_t most_labels = 64;

unusable refuse(net::http_reply reply) {
    unusable out;
    out.answer = std::move(reply);
    return out;
}

unusable refuse(int status, std::string_view slug, std::string_view detail) {
    return refuse(net::problem_reply(status, slug, detail));
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool letter(char c) {
    return lower(c) || (c >= 'A' && c <= 'Z');
}

std::string id_field(body_reader& from, std::string_view field, need n) {
    std::string id = from.text(field, n, {64, false});
    if (!id.empty() && !is_id(id)) from.wrong(field, std::string(id_rule));
    return id;
}

// A name of Hetzner's: "cx23", "nbg1", "ubuntu-24.04".
std::string name_field(body_reader& from, std::string_view field, need n) {
    std::string name = from.text(field, n, {64, false});
    const bool plain = std::all_of(name.begin(), name.end(),
                                   [](char c) { return letter(c) || digit(c) || c == '-' || c == '.' || c == '_'; });
    if (!plain) from.wrong(field, "This must be a name of letters, digits, \".\", \"_\" and \"-\".");
    return name;
}

std::string recipe_field(body_reader& from) {
    std::string recipe = from.text("recipe_script", need::optional, {longest_recipe, true});
    if (!recipe.empty() && recipe.find_first_not_of(" \t\r\n") == std::string::npos)
        from.wrong("recipe_script", "This must not be empty; leave it out instead.");
    return recipe;
}

std::string key_field(body_reader& from) {
    const std::string line = from.text("ssh_pubkey", need::required, {16 * 1024, true});
    if (line.empty()) return {};
    const auto key = parse_public_key(line);
    if (key) return to_line(*key);
    // The error may quote the beginning of the line, and that may be anything that was pasted.
    const auto start = line.find_first_not_of(" \t\r\n");
    const std::string first =
        start == std::string::npos ? "" : line.substr(start, line.find_first_of(" \t\r\n", start) - start);
    const bool quotes = !first.empty() && key.error().message.find(first) != std::string::npos;
    const bool known = first.starts_with("ssh-") || first.starts_with("ecdsa-") || first.starts_with("sk-");
    from.wrong("ssh_pubkey", quotes && !known
                                 ? "This is no OpenSSH public key: it must be one line like \"ssh-ed25519 AAAA… name\"."
                                 : "This is no OpenSSH public key that can be used: " + key.error().message + ".");
    return {};
}

bool is_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.size() <= 254 &&
           text.find_first_of(" \t,;:<>()[]\\\"") == std::string_view::npos && text.back() != '.' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_telegram_chat(std::string_view text) {
    if (text.starts_with('@')) {
        text.remove_prefix(1);
        return text.size() >= 5 && text.size() <= 32 &&
               std::all_of(text.begin(), text.end(), [](char c) { return letter(c) || digit(c) || c == '_'; });
    }
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), digit);
}

// RFC 1123: the name becomes the VM's host name.
bool is_host_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) { return lower(c) || digit(c) || c == '-'; });
}

bool label_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return letter(c) || digit(c) || c == '-' || c == '_' || c == '.' || c == '/'; });
}

}  // namespace

input<service::provider_input> read_provider(const net::http_request& request, const std::string& id) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::provider_input out;
    out.id = id;
    out.hetzner_token = from.secret("hetzner_token", longest_token);
    out.email = from.text("email", need::optional, {254, false});
    if (!out.email.empty() && !is_email(out.email)) from.wrong("email", "This is no address like name@example.org.");
    out.telegram_chat = from.text("telegram_chat", need::optional, {33, false});
    if (!out.telegram_chat.empty() && !is_telegram_chat(out.telegram_chat))
        from.wrong("telegram_chat", "This must be a chat's number in a string, or the @name of a channel.");
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return input<service::provider_input>(std::move(out));
}

input<service::offering_input> read_offering(const net::http_request& request, const std::string& id) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::offering_input out;
    out.id = id;
    out.provider = id_field(from, "provider", need::required);
    const std::string backend = from.text("infra_backend", need::required, {64, false});
    if (!backend.empty() && backend != "hetzner") from.wrong("infra_backend", "The only backend is \"hetzner\".");
    from.object("infra_config");
    out.server_type = name_field(from, "infra_config.server_type", need::required);
    out.location = name_field(from, "infra_config.location", need::required);
    out.image = name_field(from, "infra_config.image", need::required);
    out.recipe = recipe_field(from);
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

input<service::contract_input> read_contract(const net::http_request& request) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::contract_input out;
    out.id = id_field(from, "id", need::optional);
    out.offering = id_field(from, "offering", need::required);
    out.public_key = key_field(from);
    const std::string expires = from.text("expires_at", need::optional, {40, false});
    if (!expires.empty()) {
        out.expires_at = parse_rfc3339(expires);
        if (!out.expires_at) from.wrong("expires_at", "This must be a time like 2030-01-31T12:00:00Z (RFC 3339).");
    }
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

input<service::vm_input> read_vm(const net::http_request& request) {
    body_reader from(request);
    if (from.not_readable()) return refuse(*from.not_readable());
    service::vm_input out;
    out.name = from.text("name", need::required, {63, false});
    if (!out.name.empty() && !is_host_name(out.name))
        from.wrong("name", "A name is 1 to 63 of a-z, 0-9 and \"-\", and neither begins nor ends with \"-\".");
    out.server_type = name_field(from, "server_type", need::optional);
    out.location = name_field(from, "location", need::optional);
    out.image = name_field(from, "image", need::optional);
    const std::string app = from.text("app", need::optional, {32, false});
    static constexpr std::array<std::string_view, 3> apps{"none", "coolify", "wireguard"};
    if (!app.empty() && std::find(apps.begin(), apps.end(), app) == apps.end())
        from.wrong("app", "This must be one of none, coolify and wireguard.");
    if (!app.empty()) out.app = app;
    out.recipe = recipe_field(from);
    out.public_key = key_field(from);
    out.count = static_cast<int>(from.number("count", 1, most_vms).value_or(1));
    out.labels = from.texts("labels", most_labels);
    for (const auto& [key, value] : out.labels)
        if (key.empty() || key.size() > 317 || value.size() > 63 || !label_text(key) || !label_text(value))
            from.wrong("labels",
                       "Keys and values are letters, digits, \".\", \"_\" and \"-\"; a value has at most 63.");
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return out;
}

input<void> read_nothing(const net::http_request& request) {
    body_reader from(request, true);
    if (from.not_readable()) return refuse(*from.not_readable());
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return {};
}

input<void> no_body(const net::http_request& request) {
    if (request.body.empty()) return {};
    return refuse(400, "unexpected-body", "A " + request.method + " has no body.");
}

input<std::string> read_idempotency_key(const net::http_request& request) {
    std::optional<std::string> key;
    for (const auto& header : request.headers) {
        if (!net::find_header({header}, "idempotency-key")) continue;
        if (key) return refuse(400, "idempotency-key", "There is more than one Idempotency-Key.");
        key = header.value;
    }
    if (!key) return std::string();
    const bool printable = std::all_of(key->begin(), key->end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key->empty() || key->size() > 255 || !printable)
        return refuse(400, "idempotency-key", "An Idempotency-Key is 1 to 255 printable ASCII characters.");
    return *key;
}

}  // namespace slipway::api
