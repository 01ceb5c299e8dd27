#include "adapters/api/fields.hpp"

#include "adapters/api/router.hpp"
#include "adapters/net/http_problem.hpp"
#include "engine/model/public_key.hpp"
#include "engine/service/recipe_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::api {

namespace {

unusable refuse_with(int status, std::string_view slug, std::string_view detail) {
    return refuse(net::problem_reply(status, slug, detail));
}

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

}  // namespace

unusable refuse(net::http_reply reply) {
    unusable out;
    out.answer = std::move(reply);
    return out;
}

std::string id_field(body_reader& from, std::string_view field, need n) {
    std::string id = from.text(field, n, {64, false});
    if (!id.empty() && !is_id(id)) from.wrong(field, std::string(id_rule));
    return id;
}

std::string name_field(body_reader& from, std::string_view field, need n) {
    std::string name = from.text(field, n, {64, false});
    if (!std::all_of(name.begin(), name.end(), name_character))
        from.wrong(field, "This must be a name of letters, digits, \".\", \"_\" and \"-\".");
    return name;
}

std::vector<std::string> names_field(body_reader& from, std::string_view field, need n) {
    const std::string text = from.text(field, n, {512, false});
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string name = text.substr(begin, end - begin);
        if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), name_character)) {
            from.wrong(field, "This must be a name of letters, digits, \".\", \"_\" and \"-\", or several with commas between.");
            return {};
        }
        names.push_back(std::move(name));
        begin = end + 1;
    }
    return names;
}

std::string recipe_field(body_reader& from) {
    std::string recipe = from.text("recipe_script", need::optional, {service::longest_recipe, true});
    if (recipe.empty()) return recipe;
    if (const auto good = service::check_recipe(recipe); !good)
        from.wrong("recipe_script", "This cannot be run: " + good.error().message + ".");
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

input<void> read_nothing(const net::http_request& request) {
    body_reader from(request, true);
    if (from.not_readable()) return refuse(*from.not_readable());
    if (auto bad = from.verdict()) return refuse(*std::move(bad));
    return {};
}

input<void> no_body(const net::http_request& request) {
    if (request.body.empty()) return {};
    return refuse_with(400, "unexpected-body", "A " + request.method + " has no body.");
}

input<std::string> read_idempotency_key(const net::http_request& request) {
    std::optional<std::string> key;
    for (const auto& header : request.headers) {
        if (!net::find_header({header}, "idempotency-key")) continue;
        if (key) return refuse_with(400, "idempotency-key", "There is more than one Idempotency-Key.");
        key = header.value;
    }
    if (!key) return std::string();
    const bool printable = std::all_of(key->begin(), key->end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key->empty() || key->size() > 255 || !printable)
        return refuse_with(400, "idempotency-key", "An Idempotency-Key is 1 to 255 printable ASCII characters.");
    return *key;
}

}  // namespace slipway::api
