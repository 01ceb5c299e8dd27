#include "tools/hetzner-sim/user_data.hpp"

#include <libfyaml.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace slipway::sim {

namespace {

std::string text_of(fy_node* node) {
    std::size_t size = 0;
    const char* text = node == nullptr ? nullptr : fy_node_get_scalar(node, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

fy_node* member(fy_node* mapping, const char* key) {
    if (mapping == nullptr || !fy_node_is_mapping(mapping)) return nullptr;
    return fy_node_mapping_lookup_by_string(mapping, key, static_cast<std::size_t>(-1));
}

template <class Use>
void for_each(fy_node* sequence, Use use) {
    if (sequence == nullptr || !fy_node_is_sequence(sequence)) return;
    void* at = nullptr;
    while (fy_node* item = fy_node_sequence_iterate(sequence, &at)) use(item);
}

std::string quoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string base64_decoded(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    std::string out(text.size() / 4 * 3, '\0');
    const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                  reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (n < 0) return "";
    out.resize(static_cast<std::size_t>(n));
    for (auto c = text.rbegin(); c != text.rend() && *c == '='; ++c) out.pop_back();
    return out;
}

}  // namespace

cloud_config parse_user_data(const std::string& user_data) {
    cloud_config config;
    if (user_data.rfind("#!", 0) == 0) {
        config.runcmd.push_back(user_data);
        return config;
    }
    if (user_data.rfind("#cloud-config", 0) != 0) {
        if (!user_data.empty()) config.problem = "user_data starts neither with #cloud-config nor with #!";
        return config;
    }
    // The parser would write its complaint to stderr; here it becomes the problem's text.
    std::string complaint;
    fy_diag_cfg listen{};
    fy_diag_cfg_default(&listen);
    listen.fp = nullptr;
    listen.output_fn = [](fy_diag*, void* into, const char* text, std::size_t size) {
        static_cast<std::string*>(into)->append(text, size);
    };
    listen.user = &complaint;
    listen.colorize = false;
    const std::unique_ptr<fy_diag, decltype(&fy_diag_destroy)> diagnostics(fy_diag_create(&listen), &fy_diag_destroy);
    fy_parse_cfg parse{};
    parse.flags = FYPCF_RESOLVE_DOCUMENT;
    parse.diag = diagnostics.get();
    const std::unique_ptr<fy_document, decltype(&fy_document_destroy)> document(
        fy_document_build_from_string(&parse, user_data.data(), user_data.size()), &fy_document_destroy);
    fy_node* root = document ? fy_document_root(document.get()) : nullptr;
    if (root == nullptr || !fy_node_is_mapping(root)) {
        config.problem = complaint.empty() ? "the cloud-config is not a YAML mapping" : complaint;
        return config;
    }
    config.host_key_private = text_of(member(member(root, "ssh_keys"), "ed25519_private"));
    config.host_key_public = text_of(member(member(root, "ssh_keys"), "ed25519_public"));
    for_each(member(root, "ssh_authorized_keys"),
             [&](fy_node* item) { config.authorized_keys.push_back(text_of(item)); });
    for_each(member(root, "packages"), [&](fy_node* item) { config.packages.push_back(text_of(item)); });
    for_each(member(root, "write_files"), [&](fy_node* item) {
        cloud_config::file file;
        file.path = text_of(member(item, "path"));
        file.content = text_of(member(item, "content"));
        const std::string encoding = text_of(member(item, "encoding"));
        if (encoding == "b64" || encoding == "base64") file.content = base64_decoded(file.content);
        const std::string mode = text_of(member(item, "permissions"));
        if (!mode.empty()) file.mode = static_cast<unsigned>(std::strtoul(mode.c_str(), nullptr, 8)) & 07777;
        if (!file.path.empty() && file.path.front() == '/') config.write_files.push_back(std::move(file));
    });
    for_each(member(root, "runcmd"), [&](fy_node* item) {
        if (!fy_node_is_sequence(item)) return config.runcmd.push_back(text_of(item));
        std::string line;
        for_each(item, [&](fy_node* word) {
            if (!line.empty()) line += ' ';
            line += quoted(text_of(word));
        });
        config.runcmd.push_back(std::move(line));
    });
    return config;
}

}  // namespace slipway::sim
