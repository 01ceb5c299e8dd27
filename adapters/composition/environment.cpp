#include "adapters/composition/environment.hpp"

#include "adapters/composition/setting_table.hpp"
#include "adapters/composition/settings_file.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace slipway::composition {

namespace {

result<slipway::secret> read_secret_file(const std::string& name, const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream content;
    if (!in || !(content << in.rdbuf()))
        return make_error(error_kind::configuration, name + " cannot be read from " + path + ": no such file, empty, or no permission");
    std::string text = content.str();
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return slipway::secret(std::move(text));
}

using maybe_secret = std::optional<slipway::secret>;

result<maybe_secret> secret_of_file(const std::string& name, const std::string& path) {
    auto read = read_secret_file(name, path);
    if (!read) return read.error();
    return maybe_secret(*std::move(read));
}

}  // namespace

environment::environment(std::map<std::string, std::string> only) {
    for (auto& [name, value] : only) lines_[name] = line{std::move(value), false};
}

result<environment> environment::load(const std::optional<std::string>& file, variable_lookup process) {
    environment out(std::move(process));
    if (file) {
        auto lines = read_own_file(*file);
        if (!lines) return lines.error();
        if (!*lines) return make_error(error_kind::configuration, "there is no configuration file " + *file);
        for (auto& [name, value] : **lines) out.lines_[name] = line{std::move(value), false, *file};
        return out;
    }
    auto lines = read_working_directory();
    if (!lines) return lines.error();
    for (auto& [name, value] : *lines) out.lines_[name] = line{std::move(value), true, ".env"};
    if (auto good = out.check_destinations(); !good) return good.error();
    return out;
}

result<void> environment::add(const std::string& file) {
    auto lines = read_own_file(file);
    if (!lines) return lines.error();
    if (!*lines) return {};
    for (auto& [name, value] : **lines)
        if (auto& known = lines_[name]; known.value.empty()) known = line{std::move(value), false, file};
    return check_destinations();
}

std::optional<std::string> environment::of_process(const std::string& name) const {
    auto value = process_ && !forgotten_.contains(name) ? process_(name) : std::nullopt;
    if (value && value->empty()) value.reset();
    return value;
}

const environment::line* environment::of_files(const std::string& name) const {
    const auto it = lines_.find(name);
    return it == lines_.end() || it->second.value.empty() || forgotten_.contains(name) ? nullptr : &it->second;
}

std::optional<std::string> environment::text(const std::string& name) const {
    if (row_of(name) == nullptr) throw std::logic_error(name + " has no row in the table of settings");
    if (auto value = of_process(name)) return value;
    if (const line* found = of_files(name)) return found->value;
    return {};
}

result<int> environment::number(const std::string& name, int otherwise, int least, int most) const {
    const auto value = text(name);
    if (!value) return otherwise;
    int out = 0;
    const char* end = value->data() + value->size();
    const auto [stop, problem] = std::from_chars(value->data(), end, out);
    if (problem != std::errc{} || stop != end || out < least || out > most)
        return make_error(error_kind::configuration, name + " must be a whole number from " + std::to_string(least) +
                                                         " to " + std::to_string(most) + ", not \"" + *value + "\"");
    return out;
}

// The file that systemd has put a secret into, where it has.
std::optional<std::string> environment::credential_path(const std::string& name) const {
    if (forgotten_.contains(name)) return {};
    const auto directory = text("CREDENTIALS_DIRECTORY");
    if (!directory) return {};
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string path = *directory + "/" + lower;
    std::error_code unseen;
    if (!std::filesystem::exists(path, unseen) && !unseen) return {};
    return path;
}

// What the process was given comes before what files say, in each form that a secret may have.
result<std::optional<slipway::secret>> environment::secret(const std::string& name) const {
    if (row_of(name) == nullptr) throw std::logic_error(name + " has no row in the table of settings");
    if (forgotten_.contains(name)) return maybe_secret();
    if (auto value = of_process(name)) return maybe_secret(slipway::secret(*std::move(value)));
    if (const auto path = of_process(name + "_FILE")) return secret_of_file(name, *path);
    if (const auto path = credential_path(name)) return secret_of_file(name, *path);
    if (const line* found = of_files(name)) return maybe_secret(slipway::secret(std::string(found->value)));
    if (const line* path = of_files(name + "_FILE")) return secret_of_file(name, path->value);
    return maybe_secret();
}

// In the order of secret().
std::optional<std::string> environment::origin_of(const std::string& name) const {
    const bool may_be_in_file = row_of(name) != nullptr && row_of(name)->is_secret;
    const std::string by_file = name + "_FILE";
    if (of_process(name)) return "environment";
    if (may_be_in_file && !forgotten_.contains(name)) {
        if (const auto path = of_process(by_file)) return "file " + *path;
        if (const auto path = credential_path(name)) return "credential " + *path;
    }
    if (const line* found = of_files(name)) return "file " + found->file;
    if (const line* path = may_be_in_file && !forgotten_.contains(name) ? of_files(by_file) : nullptr)
        return "file " + path->value;
    return {};
}

bool environment::is_for_its_token_only(const std::string& destination) const {
    const line* found = of_files(destination);
    return found != nullptr && found->from_working_directory && !of_process(destination);
}

// Whether the token that counts is that file's; none where nobody gave one. In the order of secret().
std::optional<bool> environment::token_of_working_directory(const std::string& name) const {
    if (of_process(name) || of_process(name + "_FILE") || credential_path(name)) return false;
    if (const line* found = of_files(name)) return found->from_working_directory;
    if (of_files(name + "_FILE") != nullptr) return false;
    return {};
}

result<void> environment::check_destinations() const {
    for (const setting_row& row : setting_table()) {
        if (row.rule != in_working_directory::with_token || !is_for_its_token_only(std::string(row.name))) continue;
        std::optional<bool> of_same_file;
        for (auto token = row.tokens.begin(); token != row.tokens.end() && !of_same_file; ++token)
            of_same_file = token_of_working_directory(std::string(*token));
        if (of_same_file.value_or(false)) continue;
        return make_error(error_kind::configuration,
                          std::string(row.name) +
                              " in .env of the working directory counts only with a token in the same file, and " +
                              (of_same_file ? "another token is set: that one is not sent there" : "there is none") +
                              ". If the file is yours, name it: --config FILE");
    }
    return {};
}

}  // namespace slipway::composition
