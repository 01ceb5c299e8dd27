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

// What is no key is left out, and so is a key that another file has already.
std::vector<found_key> keys_in(const std::string& directory) {
    std::vector<found_key> found;
    std::vector<std::string> paths;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(directory, none))
        if (entry.path().extension() == ".pub") paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) {
        std::string line;
        std::ifstream in(path);
        std::getline(in, line);
        auto key = parse_public_key(line);
        if (!key) continue;
        const bool known =
            std::any_of(found.begin(), found.end(), [&](const found_key& f) { return f.key.blob == key->blob; });
        if (!known) found.push_back({path, *std::move(key)});
    }
    return found;
}

}  // namespace

std::optional<int> choose_key(invocation& in, create_arguments& args) {
    if (!args.key_file.empty() || !in.out.asks()) return {};
    const auto keys = keys_in(in.environment.text("HOME").value_or("") + "/.ssh");
    if (keys.size() < 2) {
        if (keys.size() == 1) args.key_file = keys.front().path;
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
            args.key_file = keys[number - 1].path;
            return {};
        }
        for (const found_key& key : keys) {
            if (line.text != key.path && line.text != fs::path(key.path).filename().string()) continue;
            args.key_file = key.path;
            return {};
        }
        in.out.say("please type one of the numbers; Ctrl-C ends it");
    }
}

}  // namespace slipway::cli
