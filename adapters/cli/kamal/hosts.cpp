#include "adapters/cli/kamal/hosts.hpp"

#include "adapters/cli/kamal/erb.hpp"
#include "engine/base/utf8.hpp"

#include <libfyaml.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>

namespace slipway::cli::kamal {

namespace {

constexpr const char* no_yaml = "it cannot be read as YAML";
constexpr std::size_t largest_file = 1024 * 1024;

using parser = std::unique_ptr<fy_parser, decltype(&fy_parser_destroy)>;
struct document_end {
    fy_parser* of;
    void operator()(fy_document* d) const { fy_parse_document_destroy(of, d); }
};
using document = std::unique_ptr<fy_document, document_end>;

std::string text_of(fy_node* node) {
    std::size_t size = 0;
    const char* text = node == nullptr ? nullptr : fy_node_get_scalar(node, &size);
    return text == nullptr ? std::string() : std::string(text, size);
}

bool plain_scalar(fy_node* node) {
    return node != nullptr && fy_node_is_scalar(node) && !fy_node_is_alias(node);
}

// Compares texts, so that an alias as a key is nothing found and nothing followed.
fy_node* member(fy_node* mapping, std::string_view key) {
    void* at = nullptr;
    while (fy_node_pair* pair = fy_node_mapping_iterate(mapping, &at))
        if (plain_scalar(fy_node_pair_key(pair)) && text_of(fy_node_pair_key(pair)) == key)
            return fy_node_pair_value(pair);
    return nullptr;
}

bool nothing(fy_node* node) {
    return node == nullptr ||
           (plain_scalar(node) && (text_of(node).empty() || text_of(node) == "~" || text_of(node) == "null"));
}

class reading {
public:
    reading(std::string_view file, const std::vector<erb_tag>& tags) : file_(file), tags_(tags) {}

    host_list read(fy_node* root, fy_node* servers) {
        if (fy_node* primary = member(root, "primary_role"); plain_scalar(primary))
            out_.primary_role = text_of(primary);
        if (fy_node_is_sequence(servers)) {
            take_list("web", servers);
            out_.primary_role = "web";
            return std::move(out_);
        }
        void* at = nullptr;
        while (fy_node_pair* pair = fy_node_mapping_iterate(servers, &at)) {
            fy_node* key = fy_node_pair_key(pair);
            const std::string role = plain_scalar(key) ? text_of(key) : "";
            if (role.empty() || role == "<<") {
                trouble("its servers are put together from other parts of the file");
                continue;
            }
            take_role(role, fy_node_pair_value(pair));
        }
        return std::move(out_);
    }

private:
    void trouble(std::string why) {
        if (out_.trouble.empty()) out_.trouble = std::move(why);
    }

    void take_role(const std::string& role, fy_node* node) {
        if (nothing(node)) return;
        fy_node* hosts = node;
        if (fy_node_is_mapping(node)) {
            if (member(node, "<<") != nullptr)
                trouble("role " + role + " is put together from other parts of the file");
            hosts = member(node, "hosts");
            if (nothing(hosts)) return;
        }
        if (fy_node_is_sequence(hosts)) return take_list(role, hosts);
        trouble("the hosts of role " + role + " are no list");
    }

    void take_list(const std::string& role, fy_node* list) {
        void* at = nullptr;
        while (fy_node* item = fy_node_sequence_iterate(list, &at)) {
            if (fy_node_is_mapping(item) && fy_node_mapping_item_count(item) == 1) {
                fy_node_pair* pair = fy_node_mapping_get_by_index(item, 0);
                take_host(role, fy_node_pair_key(pair));
            } else {
                take_host(role, item);
            }
        }
    }

    void take_host(const std::string& role, fy_node* node) {
        host_place place;
        place.role = role;
        if (node == nullptr || !fy_node_is_scalar(node) || fy_node_is_alias(node)) {
            place.trouble = node != nullptr && fy_node_is_alias(node) ? "it is an alias of another part of the file"
                                                                      : "it is not written as a plain text";
            out_.places.push_back(place);
            return;
        }
        fy_token* token = fy_node_get_scalar_token(node);
        const fy_mark* first = token == nullptr ? nullptr : fy_token_start_mark(token);
        const fy_mark* last = token == nullptr ? nullptr : fy_token_end_mark(token);
        if (first == nullptr || last == nullptr || last->input_pos > file_.size() ||
            first->input_pos >= last->input_pos) {
            place.trouble = "it is empty";
            out_.places.push_back(place);
            return;
        }
        place.begin = first->input_pos;
        place.end = last->input_pos;
        std::string_view bytes = file_.substr(place.begin, place.end - place.begin);
        // Whether a mark counts the quotes in is the library's to say, and it does not.
        if (bytes.size() >= 2 && (bytes.front() == '"' || bytes.front() == '\'') && bytes.back() == bytes.front()) {
            ++place.begin;
            --place.end;
            bytes = bytes.substr(1, bytes.size() - 2);
        }
        place.host = std::string(bytes);
        const bool computed = std::any_of(tags_.begin(), tags_.end(), [&](const erb_tag& tag) {
            return tag.begin < place.end && place.begin < tag.end;
        });
        if (computed)
            place.trouble = "it is computed by ERB";
        else if (place.host.find_first_of("${}") != std::string::npos)
            place.trouble = "it is filled in by something else";
        else if (place.host != text_of(node))
            place.trouble = "it is not written as a plain text";
        else if (perhaps_conditional(tags_, place.begin))
            place.trouble = "it depends on a condition in ERB";
        else if (place.host.find_first_of(":@/") != std::string::npos)
            place.trouble = "it is an IPv6 address, or more than an address";
        out_.places.push_back(place);
    }

    std::string_view file_;
    const std::vector<erb_tag>& tags_;
    host_list out_;
};

}  // namespace

std::variant<host_list, std::string> find_hosts(std::string_view file) {
    if (file.size() > largest_file) return "it is larger than 1 MiB";
    if (!is_utf8(file)) return "it is not UTF-8";  // libfyaml 0.7 reads some of it for ever: "%\xff"
    const auto tags = find_erb(file);
    if (!tags) return "an ERB tag in it is not closed";
    const auto painted = paint_over(file, *tags);
    if (!painted) return "ERB stands before other text of a line in it";
    if (painted->find('\0') != std::string::npos) return "it is no text";

    // The parser would write its complaints to stderr.
    fy_diag_cfg silent{};
    fy_diag_cfg_default(&silent);
    silent.fp = nullptr;
    silent.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
    const std::unique_ptr<fy_diag, decltype(&fy_diag_destroy)> complaints(fy_diag_create(&silent), &fy_diag_destroy);
    fy_parse_cfg settings{};
    settings.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_JSON_NONE | FYPCF_SLOPPY_FLOW_INDENTATION);
    settings.diag = complaints.get();
    const parser p(fy_parser_create(&settings), &fy_parser_destroy);
    if (!p || fy_parser_set_string(p.get(), painted->data(), painted->size()) != 0) return no_yaml;
    const document first(fy_parse_load_document(p.get()), document_end{p.get()});
    if (fy_parser_get_stream_error(p.get())) return no_yaml;
    if (!first) return "it has no servers";
    const document second(fy_parse_load_document(p.get()), document_end{p.get()});
    if (second) return "it holds several YAML documents";
    if (fy_parser_get_stream_error(p.get())) return no_yaml;

    fy_node* root = fy_document_root(first.get());
    if (root == nullptr || !fy_node_is_mapping(root)) return "it has no servers";
    fy_node* servers = member(root, "servers");
    if (nothing(servers)) return "it has no servers";
    if (fy_node_is_alias(servers)) return "its servers are an alias of another part of the file";
    if (!fy_node_is_sequence(servers) && !fy_node_is_mapping(servers)) return "its servers are no list";
    return reading(file, *tags).read(root, servers);
}

bool is_placeholder(std::string_view host) {
    if (host.size() >= 2 && host.front() == '<' && host.back() == '>') return true;
    std::string word(host);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return c == '_' || c == ' ' ? '-' : static_cast<char>(std::tolower(c)); });
    static constexpr std::array known{"0.0.0.0", "192.168.0.1", "1.2.3.4",    "x.x.x.x", "xxx.xxx.xxx.xxx",
                                      "ip",      "server-ip",   "ip-address", "address", "server-ip-address"};
    return std::find(known.begin(), known.end(), word) != known.end() || word.starts_with("your-") ||
           word.starts_with("my-server") || word.starts_with("change");
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    while (true) {
        const auto dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0')) return false;
        int value = 0;
        for (const char c : part) {
            if (c < '0' || c > '9') return false;
            value = value * 10 + (c - '0');
        }
        if (value > 255) return false;
        ++parts;
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
    }
    return parts == 4;
}

}  // namespace slipway::cli::kamal
