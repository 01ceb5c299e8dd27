#include "adapters/cli/user_files.hpp"

#include "engine/base/utf8.hpp"
#include "engine/model/public_key.hpp"
#include "engine/service/ordering.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

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

}  // namespace

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
    return out;
}

result<std::string> read_recipe(const std::string& file) {
    if (file.empty()) return std::string();
    auto text = read_file(file, "the recipe");
    if (!text) return text.error();
    if (auto good = service::check_recipe("the recipe " + file, *text); !good) return good.error();
    if (!is_utf8(*text)) return make_error(error_kind::usage, "the recipe " + file + " is no text in UTF-8");
    return text;
}

}  // namespace slipway::cli
