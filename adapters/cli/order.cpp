#include "adapters/cli/order.hpp"

#include "adapters/vault/fingerprint.hpp"
#include "engine/model/public_key.hpp"
#include "engine/runtime/ownership.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_recipe = 64 * 1024;

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alphanumeric(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

result<std::string> read_file(const std::string& path, const std::string& what) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return make_error(error_kind::usage, what + " " + path + " is a directory");
    std::ifstream in(path, std::ios::binary);
    if (!in) return make_error(error_kind::usage, what + " " + path + " cannot be read: no such file, or no permission");
    std::stringstream content;
    content << in.rdbuf();
    return content.str();
}

result<std::string> only_key_in(const std::string& home) {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(home + "/.ssh", none))
        if (entry.path().extension() == ".pub") found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    if (found.size() == 1) return found.front();
    if (found.empty())
        return make_error(error_kind::failed,
                          "there is no SSH key in ~/.ssh: make one with ssh-keygen -t ed25519, or name one with --ssh-key FILE");
    std::string list;
    for (const std::string& path : found) list += "\n  --ssh-key " + path;
    return make_error(error_kind::usage, "there are several SSH keys in ~/.ssh; choose one:" + list);
}

// 1 to 63 letters, digits and "-_.", with a letter or digit at both ends.
bool label_text(std::string_view text) {
    return !text.empty() && text.size() <= 63 && alphanumeric(text.front()) && alphanumeric(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

result<void> check_name(const std::string& name) {
    const std::string rule = ": a name is 1 to 63 of a-z, 0-9 and \"-\", and neither begins nor ends with \"-\"";
    const auto bad = [&](const std::string& why) {
        return make_error(error_kind::usage, "\"" + name + "\" is no host name" + why + rule);
    };
    if (name.empty() || name.size() > 63) return bad(" (" + std::to_string(name.size()) + " characters)");
    for (const char c : name)
        if (!lower_or_digit(c) && c != '-')
            return bad(c > ' ' && c < 0x7f ? std::string(" (\"") + c + "\")" : " (it has a blank or a letter with an accent)");
    if (name.front() == '-' || name.back() == '-') return bad("");
    return {};
}

std::vector<std::string> names_of(const std::string& name, int count) {
    std::vector<std::string> names{name};
    for (int i = 1; i < count; ++i) names.push_back(name + std::to_string(i));
    return names;
}

result<user_key> read_user_key(const std::string& file, const std::string& home) {
    std::string path = file;
    if (path.empty()) {
        auto only = only_key_in(home);
        if (!only) return only.error();
        path = *std::move(only);
    }
    auto text = read_file(path, "the SSH key");
    if (!text) return text.error();
    auto key = parse_public_key(*text);
    if (!key) {
        std::error_code ignored;
        const bool beside = fs::exists(path + ".pub", ignored);
        return make_error(error_kind::usage, path + " is no SSH public key: " + key.error().message +
                                                 (beside ? "; did you mean " + path + ".pub?" : ""));
    }
    user_key out;
    out.line = to_line(*key);
    out.name = fs::path(path).filename().string();
    if (out.name.ends_with(".pub")) out.name.resize(out.name.size() - 4);
    out.fingerprint = keys::md5_fingerprint(*key);
    return out;
}

result<std::string> read_recipe(const std::string& file) {
    if (file.empty()) return std::string();
    auto text = read_file(file, "the recipe");
    if (!text) return text.error();
    if (text->find_first_not_of(" \t\r\n") == std::string::npos)
        return make_error(error_kind::usage, "the recipe " + file + " is empty");
    if (text->size() > longest_recipe)
        return make_error(error_kind::usage, "the recipe " + file + " has " + std::to_string(text->size()) +
                                                 " bytes; at most 65536 (64 KiB) are allowed");
    return text;
}

result<void> check_labels(const std::map<std::string, std::string>& labels) {
    for (const auto& [key, value] : labels) {
        if (key == label_managed_by || key.starts_with("slipway-") || key.starts_with("hetzner.cloud/"))
            return make_error(error_kind::usage, "the label " + key + " is reserved");
        const auto slash = key.find('/');
        const std::string_view own = slash == std::string::npos ? std::string_view(key) : std::string_view(key).substr(slash + 1);
        if (!label_text(own) || (slash != std::string::npos && (slash == 0 || slash > 253)))
            return make_error(error_kind::usage, "\"" + key + "\" is no label key: letters, digits, \"-\", \"_\" and \".\", "
                                                              "at most 63, with an optional prefix/ before it");
        if (!value.empty() && !label_text(value))
            return make_error(error_kind::usage, "\"" + value + "\" is no label value: letters, digits, \"-\", \"_\" and \".\", "
                                                                "at most 63");
    }
    return {};
}

result<vm_spec> spec_of(const create_arguments& args, const daemon::configuration& settings, const std::string& home) {
    for (const std::string& name : names_of(args.name, args.count))
        if (auto good = check_name(name); !good) return good.error();
    if (auto good = check_labels(args.labels); !good) return good.error();
    auto recipe = read_recipe(args.recipe_file);
    if (!recipe) return recipe.error();
    auto key = read_user_key(args.key_file, home);
    if (!key) return key.error();
    vm_spec spec;
    spec.provider = "direct";
    spec.image = args.image.empty() ? "ubuntu-24.04" : args.image;
    spec.public_key = key->line;
    spec.key_name = key->name;
    spec.key_fingerprint = key->fingerprint;
    spec.recipe = *std::move(recipe);
    spec.app = args.app;
    spec.labels = args.labels;
    spec.ssh_timeout_s = settings.ssh_timeout_s;
    spec.recipe_timeout_s = settings.recipe_timeout_s;
    return spec;
}

}  // namespace slipway::cli
