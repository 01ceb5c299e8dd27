#include "tools/hetzner-sim/message.hpp"

#include <cctype>
#include <optional>

namespace slipway::sim {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        }
    }
    return out;
}

}  // namespace

std::string request::value(const std::string& key) const {
    for (const auto& [k, v] : query)
        if (k == key) return v;
    return "";
}

std::vector<std::string> request::values(const std::string& key) const {
    std::vector<std::string> found;
    for (const auto& [k, v] : query)
        if (k == key) found.push_back(v);
    return found;
}

bool split_target(const std::string& target, request& into) {
    into.target = target;
    const std::string_view text = target;
    const auto mark = text.find('?');
    const auto path = percent_decoded(text.substr(0, mark), false);
    if (!path) return false;
    into.path = *path;
    while (into.path.size() > 1 && into.path.back() == '/') into.path.pop_back();
    std::string_view rest = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        const auto key = percent_decoded(pair.substr(0, equals), true);
        const auto value =
            percent_decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!key || !value) return false;
        into.query.emplace_back(*key, *value);
    }
    return true;
}

reply answer(int status, const json& body) {
    reply r;
    r.status = status;
    r.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return r;
}

reply no_content() {
    reply r;
    r.status = 204;
    return r;
}

reply failure(int status, const std::string& code, const std::string& message, const json& details) {
    return answer(status, {{"error", {{"code", code}, {"message", message}, {"details", details}}}});
}

reply invalid_field(const std::string& field, const std::string& message) {
    json entry = {{"name", field}, {"messages", json::array({message})}};
    return failure(422, "invalid_input", "invalid input in field '" + field + "'",
                   {{"fields", json::array({std::move(entry)})}});
}

reply name_taken(const std::string& message, const std::string& field) {
    json entry = {{"name", field}};
    return failure(409, "uniqueness_error", message, {{"fields", json::array({std::move(entry)})}});
}

reply unknown_path() {
    reply r;
    r.status = 404;
    r.content_type = "application/json; charset=UTF-8";
    r.body =
        "{\n  \"error\": {\n    \"message\": \"not found\",\n    \"code\": \"not_found\",\n    \"details\": {}\n  "
        "}\n}\n";
    return r;
}

reply not_found(const std::string& what, std::int64_t id) {
    return failure(404, "not_found", what + " with ID '" + std::to_string(id) + "' not found");
}

}  // namespace slipway::sim
