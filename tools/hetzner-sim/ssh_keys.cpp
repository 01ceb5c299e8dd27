// /ssh_keys. A key is unique in its project by name and by material: the fingerprint is the MD5 of the decoded blob.
#include "engine/base/base64.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/time.hpp"
#include "tools/hetzner-sim/labels.hpp"
#include "tools/hetzner-sim/listing.hpp"
#include "tools/hetzner-sim/resources.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <sstream>
#include <string_view>

namespace slipway::sim {

namespace {

constexpr const char* key_types[] = {
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
};

// The colon form of the MD5 of the key's blob; nothing where the line is no public key.
std::optional<std::string> fingerprint_of(const std::string& line) {
    std::istringstream words(line);
    std::string type, encoded;
    words >> type >> encoded;
    bool known = false;
    for (const char* t : key_types) known = known || type == t;
    const auto blob = base64_decode(encoded);
    if (!known || !blob || blob->size() < type.size() + 4 || blob->compare(4, type.size(), type) != 0)
        return std::nullopt;
    return md5_fingerprint(*blob);
}

reply create(context& c) {
    json body;
    if (auto bad = read_body(c.asked, body)) return *bad;
    for (const char* field : {"name", "public_key"})
        if (!body.contains(field) || !body[field].is_string() || body[field].get_ref<const std::string&>().empty())
            return invalid_field(field, "Missing data for required field.");
    if (body.contains("labels"))
        if (const auto problem = label_problem(body["labels"])) return invalid_field("labels", *problem);
    auto public_key = body["public_key"].get<std::string>();
    while (!public_key.empty() && std::isspace(static_cast<unsigned char>(public_key.back())) != 0)
        public_key.pop_back();
    const auto fingerprint = fingerprint_of(public_key);
    if (!fingerprint) return invalid_field("public_key", "SSH key type is invalid or the key is malformed.");
    for (const auto& [id, key] : c.mine.ssh_keys) {
        if (key["fingerprint"] == *fingerprint) return name_taken("SSH key not unique", "public_key");
        if (key["name"] == body["name"]) return name_taken("SSH key name is already used", "name");
    }
    const std::int64_t id = c.cloud.next_id();
    json key = {{"id", id},
                {"name", body["name"]},
                {"fingerprint", *fingerprint},
                {"public_key", public_key},
                {"labels", body.contains("labels") ? body["labels"] : json::object()},
                {"created", to_rfc3339(timestamp{c.now - c.now % 1000}).substr(0, 19) + "Z"}};
    c.mine.ssh_keys[id] = key;
    c.cloud.touch();
    return answer(201, {{"ssh_key", std::move(key)}});
}

}  // namespace

std::optional<reply> serve_ssh_keys(context& c, const std::string& rest) {
    const auto& method = c.asked.method;
    if (rest.empty()) {
        if (method == "POST") return create(c);
        if (method != "GET") return std::nullopt;
        auto rows = rows_of(c.mine.ssh_keys);
        if (auto bad = filter_rows(rows, c.asked, {"name", "fingerprint", "label_selector"})) return bad;
        return page_of("ssh_keys", std::move(rows), c.asked, {"id", "name"});
    }
    const auto id = id_of(rest);
    if (!id || (method != "GET" && method != "PUT" && method != "DELETE")) return std::nullopt;
    const auto found = c.mine.ssh_keys.find(*id);
    if (found == c.mine.ssh_keys.end()) return not_found("SSH key", *id);
    if (method == "DELETE") {
        c.mine.ssh_keys.erase(found);
        c.cloud.touch();
        return no_content();
    }
    if (method == "PUT") {
        json body;
        if (auto bad = read_body(c.asked, body)) return bad;
        if (auto bad = rename(c.mine.ssh_keys, found->second, body)) return bad;
        c.cloud.touch();
    }
    return answer(200, {{"ssh_key", found->second}});
}

}  // namespace slipway::sim
