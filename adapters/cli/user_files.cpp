#include "adapters/cli/user_files.hpp"

#include "adapters/cli/file_text.hpp"
#include "adapters/cli/key_files.hpp"
#include "engine/model/public_key.hpp"
#include "engine/service/recipe_rules.hpp"

#include <filesystem>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

result<std::string> only_key_in(const std::string& home) {
    const auto there = keys_of(home);
    if (!there) return there.error();
    if (there->keys.size() == 1) return there->keys.front().path;
    std::string list;
    if (there->keys.empty()) {
        for (const std::string& why : there->unusable) list += "\n  " + why;
        if (!list.empty())
            return make_error(error_kind::usage, "there is no SSH key in ~/.ssh that can be used; make one with ssh-keygen -t "
                                                 "ed25519, or name one with --ssh-key FILE:" + list);
        return make_error(error_kind::failed,
                          "there is no SSH key in ~/.ssh: make one with ssh-keygen -t ed25519, or name one with --ssh-key FILE");
    }
    for (const key_file& one : there->keys) list += "\n  --ssh-key " + one.path;
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
    auto text = read_text(path, longest_key_file);
    if (!text) return make_error(text.error().kind, "the SSH key " + text.error().message);
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
    auto text = read_text(file, service::longest_recipe);
    if (!text) return make_error(text.error().kind, "the recipe " + text.error().message);
    if (auto good = service::check_recipe(*text); !good)
        return make_error(good.error().kind, "the recipe " + (file == "-" ? std::string("on standard input") : file) +
                                                 " cannot be run: " + good.error().message);
    return text;
}

}  // namespace slipway::cli
