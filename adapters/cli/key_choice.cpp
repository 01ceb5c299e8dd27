#include "adapters/cli/key_choice.hpp"

#include "adapters/cli/prompt.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <vector>

namespace slipway::cli {

namespace fs = std::filesystem;

namespace {

struct found_key {
    std::string path;
    public_key key;
};

std::vector<std::string> public_files_in(const std::string& directory) {
    std::vector<std::string> paths;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(directory, none))
        if (entry.path().extension() == ".pub") paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

result<public_key> key_in(const std::string& path) {
    std::string line;
    std::ifstream in(path);
    std::getline(in, line);
    return parse_public_key(line);
}

// What is no key is left out, and so is a key that another file has already.
std::vector<found_key> keys_in(const std::string& directory) {
    std::vector<found_key> found;
    for (const std::string& path : public_files_in(directory)) {
        auto key = key_in(path);
        if (!key) continue;
        const bool known =
            std::any_of(found.begin(), found.end(), [&](const found_key& f) { return f.key.blob == key->blob; });
        if (!known) found.push_back({path, *std::move(key)});
    }
    return found;
}

}  // namespace

std::optional<int> choose_key(invocation& in, std::string& key_file) {
    if (!key_file.empty() || !in.out.asks()) return {};
    const auto keys = keys_in(in.environment.text("HOME").value_or("") + "/.ssh");
    if (keys.size() < 2) {
        if (keys.size() == 1) key_file = keys.front().path;
        return {};
    }
    in.out.say("Which SSH key may log in?");
    for (std::size_t i = 0; i < keys.size(); ++i)
        in.out.say(fmt::format("  {}  {}  {}  {}", i + 1, fs::path(keys[i].path).filename().string(),
                               sha256_fingerprint(keys[i].key.blob), printable(keys[i].key.comment)));
    while (true) {
        const typed_line line = ask_line(fmt::format("1 to {}: ", keys.size()));
        if (line.how == typed_line::ending::interrupted) {
            in.out.complain("interrupted before anything was ordered");
            return exit_interrupted;
        }
        if (line.how == typed_line::ending::closed) {
            in.out.complain("no key was chosen; name one with --ssh-key FILE");
            return exit_usage;
        }
        std::size_t number = 0;
        const char* end = line.text.data() + line.text.size();
        const auto [stop, problem] = std::from_chars(line.text.data(), end, number);
        if (problem == std::errc{} && stop == end && number >= 1 && number <= keys.size()) {
            key_file = keys[number - 1].path;
            return {};
        }
        for (const found_key& key : keys) {
            if (line.text != key.path && line.text != fs::path(key.path).filename().string()) continue;
            key_file = key.path;
            return {};
        }
        in.out.say("please type one of the numbers; Ctrl-C ends it");
    }
}

std::string private_key_of(const std::string& fingerprint, const std::string& home) {
    for (const std::string& path : public_files_in(home + "/.ssh")) {
        const auto key = key_in(path);
        if (!key || md5_fingerprint(key->blob) != fingerprint) continue;
        const fs::path beside = fs::path(path).replace_extension();
        std::error_code none;
        if (fs::is_regular_file(beside, none)) return beside.string();
    }
    return {};
}

}  // namespace slipway::cli
