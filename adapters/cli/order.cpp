#include "adapters/cli/order.hpp"

#include "engine/service/ordering.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"

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
    out.fingerprint = md5_fingerprint(key->blob);
    return out;
}

result<std::string> read_recipe(const std::string& file) {
    if (file.empty()) return std::string();
    auto text = read_file(file, "the recipe");
    if (!text) return text.error();
    if (auto good = service::check_recipe("the recipe " + file, *text); !good) return good.error();
    return text;
}

result<vm_spec> spec_of(const create_arguments& args, const composition::configuration& settings, const std::string& home) {
    for (const std::string& name : service::names_of(args.name, args.count))
        if (auto good = service::check_name(name); !good) return good.error();
    if (auto good = service::check_labels(args.labels); !good) return good.error();
    auto recipe = read_recipe(args.recipe_file);
    if (!recipe) return recipe.error();
    auto key = read_user_key(args.key_file, home);
    if (!key) return key.error();
    vm_spec spec;
    spec.provider = "direct";
    spec.image = args.image.empty() ? service::default_image : args.image;
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
