#include "adapters/composition/environment.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slipway::composition {

namespace {

std::string trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return std::string(text);
}

// KEY=value; "export " before it and quotes of one kind around the value are taken away; # begins a comment line.
result<std::map<std::string, std::string>> read_lines(std::istream& in, const std::string& file) {
    std::map<std::string, std::string> out;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.find('\0') != std::string::npos)
            return make_error(error_kind::configuration,
                              file + ", line " + std::to_string(number) + ": there is a zero byte in it");
        line = trimmed(line);
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("export ")) line = trimmed(std::string_view(line).substr(7));
        const auto equals = line.find('=');
        if (equals == std::string::npos || equals == 0)
            return make_error(error_kind::configuration,
                              file + ", line " + std::to_string(number) + ": expected KEY=value");
        std::string value = trimmed(std::string_view(line).substr(equals + 1));
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
            value = value.substr(1, value.size() - 2);
        out[trimmed(std::string_view(line).substr(0, equals))] = value;
    }
    return out;
}

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

}  // namespace

result<environment> environment::load(const std::optional<std::string>& file) {
    environment out;
    std::ifstream in(file.value_or(".env"));
    if (!in) {
        if (file) return make_error(error_kind::configuration, "the configuration file " + *file + " cannot be read");
        return out;
    }
    auto lines = read_lines(in, file.value_or(".env"));
    if (!lines) return lines.error();
    out.lines_ = *std::move(lines);
    return out;
}

result<void> environment::add(const std::string& file) {
    std::ifstream in(file);
    if (!in) return {};
    auto lines = read_lines(in, file);
    if (!lines) return lines.error();
    for (auto& [name, value] : *lines)
        if (auto& known = lines_[name]; known.empty()) known = value;
    return {};
}

std::optional<std::string> environment::text(const std::string& name) const {
    if (process_)
        if (const char* value = std::getenv(name.c_str()); value && *value) return std::string(value);
    const auto it = lines_.find(name);
    if (it == lines_.end() || it->second.empty()) return {};
    return it->second;
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

result<std::optional<slipway::secret>> environment::secret(const std::string& name) const {
    if (auto value = text(name)) return std::optional<slipway::secret>(slipway::secret(*std::move(value)));
    if (const auto path = text(name + "_FILE")) {
        auto read = read_secret_file(name, *path);
        if (!read) return read.error();
        return std::optional<slipway::secret>(*std::move(read));
    }
    if (const auto directory = text("CREDENTIALS_DIRECTORY")) {
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::string path = *directory + "/" + lower;
        std::error_code unseen;
        if (std::filesystem::exists(path, unseen) || unseen) {
            auto read = read_secret_file(name, path);
            if (!read) return read.error();
            return std::optional<slipway::secret>(*std::move(read));
        }
    }
    return std::optional<slipway::secret>();
}

}  // namespace slipway::composition
