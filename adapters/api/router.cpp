#include "adapters/api/router.hpp"

#include "adapters/net/http_problem.hpp"

#include <algorithm>

namespace slipway::api {

namespace {

bool alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto mark = text.find(at);
        parts.push_back(text.substr(0, mark));
        if (mark == std::string_view::npos) return parts;
        text.remove_prefix(mark + 1);
    }
}

// The raw value of {id} where the path is of this pattern; empty for a pattern without one.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const auto wanted = split(pattern, '/');
    const auto given = split(path, '/');
    if (wanted.size() != given.size()) return std::nullopt;
    std::string_view id;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] == "{id}" && !given[i].empty())
            id = given[i];
        else if (wanted[i] != given[i])
            return std::nullopt;
    }
    return id;
}

misrouted misroute(int status, std::string_view slug, std::string_view detail,
                 const std::vector<net::problem_field>& errors = {}) {
    misrouted out;
    out.answer = net::problem_reply(status, slug, detail, errors);
    return out;
}

misrouted bad_query(std::string field, std::string detail) {
    return misroute(400, "invalid-parameter", detail, {net::problem_field{std::move(field), detail}});
}

}  // namespace

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

boost::system::result<routed, misrouted> find_route(std::string_view method, std::string_view target) {
    const auto mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    const std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    const std::string_view as = method == "HEAD" ? std::string_view("GET") : method;

    const route* found = nullptr;
    std::string_view raw_id;
    std::string allow;
    for (const route& candidate : all_routes()) {
        const auto id = match(candidate.pattern, path);
        if (!id) continue;
        allow += (allow.empty() ? "" : ", ") + std::string(candidate.method);
        if (candidate.method == "GET") allow += ", HEAD";
        if (candidate.method != as) continue;
        found = &candidate;
        raw_id = *id;
    }
    if (allow.empty()) return misroute(404, "no-such-path", "There is nothing at this path; /openapi.json has the list.");
    if (found == nullptr) {
        auto refused = misroute(405, "method-not-allowed", "This path takes " + allow + ".");
        refused.answer.headers.push_back(net::http_header{"Allow", allow});
        return refused;
    }

    routed out;
    out.to = found;
    if (found->pattern.find("{id}") != std::string_view::npos) {
        auto id = decoded(raw_id);
        if (!id || !is_id(*id)) return bad_query("id", std::string(id_rule));
        out.id = *std::move(id);
    }
    for (const std::string_view pair : split(query, '&')) {
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        std::string value(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        std::replace(value.begin(), value.end(), '+', ' ');
        auto name = decoded(pair.substr(0, equals));
        auto text = decoded(value);
        if (!name || !text)
            return misroute(400, "invalid-parameter", "A percent sign in the query is not followed by two hex digits.");
        const bool plain = std::all_of(name->begin(), name->end(), alphanumeric) && !name->empty();
        if (!plain || found->query.find(*name + " ") == std::string_view::npos ||
            (found->query.find(*name + " ") != 0 && found->query.find(" " + *name + " ") == std::string_view::npos))
            return misroute(400, "invalid-parameter",
                          found->query.empty()
                              ? "This path has no query parameters."
                              : "The query has a parameter that this path does not have; it has: " +
                                    std::string(found->query.substr(0, found->query.size() - 1)) + ".");
        if (std::any_of(out.query.begin(), out.query.end(), [&](const auto& known) { return known.first == *name; }))
            return bad_query(*name, "This parameter is given twice.");
        out.query.emplace_back(*std::move(name), *std::move(text));
    }
    return out;
}

}  // namespace slipway::api
