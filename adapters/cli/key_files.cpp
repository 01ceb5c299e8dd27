#include "adapters/cli/key_files.hpp"

#include "adapters/cli/file_text.hpp"
#include "engine/base/digest.hpp"

#include <algorithm>
#include <filesystem>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

result<std::vector<std::string>> public_files_in(const std::string& directory) {
    std::vector<std::string> paths;
    std::error_code problem;
    fs::directory_iterator entry(directory, problem);
    if (problem == std::errc::no_such_file_or_directory) return paths;
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem))
        if (entry->path().extension() == ".pub") paths.push_back(entry->path().string());
    if (problem)
        return make_error(error_kind::failed, directory + " cannot be read: " + problem.message() +
                                                  "; name a public key with --ssh-key FILE");
    std::sort(paths.begin(), paths.end());
    return paths;
}

// ssh-keygen puts the certificate of id_ed25519.pub into id_ed25519-cert.pub; who has one knows.
bool is_certificate(const std::string& text) {
    return text.substr(0, text.find(' ')).ends_with("-cert-v01@openssh.com");
}

}  // namespace

result<keys_there> keys_of(const std::string& home) {
    keys_there found;
    const auto paths = public_files_in(home + "/.ssh");
    if (!paths) return paths.error();
    for (const std::string& path : *paths) {
        const auto text = read_text(path, longest_key_file);
        if (!text) {
            found.unusable.push_back(text.error().message);
            continue;
        }
        if (is_certificate(*text)) continue;
        auto key = parse_public_key(*text);
        if (!key) {
            found.unusable.push_back(path + ": " + key.error().message);
            continue;
        }
        const bool known = std::any_of(found.keys.begin(), found.keys.end(),
                                       [&](const key_file& f) { return f.key.blob == key->blob; });
        if (!known) found.keys.push_back({path, *std::move(key)});
    }
    return found;
}

std::string identity_of(const std::string& fingerprint, const std::string& home) {
    const auto there = keys_of(home);
    if (!there) return {};
    for (const key_file& one : there->keys) {
        if (md5_fingerprint(one.key.blob) != fingerprint) continue;
        const fs::path beside = fs::path(one.path).replace_extension();
        std::error_code none;
        return fs::is_regular_file(beside, none) ? beside.string() : one.path;
    }
    return {};
}

}  // namespace slipway::cli
