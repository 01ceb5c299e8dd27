#include "adapters/cli/key_choice.hpp"

#include "adapters/cli/key_files.hpp"
#include "adapters/cli/prompt.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/base/digest.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

namespace slipway::cli {

namespace fs = std::filesystem;

std::optional<int> choose_key(invocation& in, std::string& key_file) {
    if (!key_file.empty() || !in.out.asks()) return {};
    const auto there = keys_of(in.environment.text("HOME").value_or(""));
    if (!there || there->keys.size() < 2) return {};  // read_user_key takes the only one, or says what is missing
    const auto& keys = there->keys;
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
        for (const auto& key : keys) {
            if (line.text != key.path && line.text != fs::path(key.path).filename().string()) continue;
            key_file = key.path;
            return {};
        }
        in.out.say("please type one of the numbers; Ctrl-C ends it");
    }
}

}  // namespace slipway::cli
