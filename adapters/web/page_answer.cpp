#include "adapters/web/page_answer.hpp"

#include "adapters/net/http_problem.hpp"
#include "adapters/web/page_files.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::web {

namespace {

// What a browser may do with the page: nothing that comes from elsewhere, nothing inline, in nobody's frame.
constexpr std::string_view policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

// If-None-Match: "*", or tags with commas between; a proxy may have made a tag weak (RFC 9110, 13.1.2).
bool has_it_already(const net::http_request& request, std::string_view etag) {
    const auto known = net::find_header(request.headers, "if-none-match");
    if (!known) return false;
    return *known == "*" || known->find(etag) != std::string_view::npos;
}

}  // namespace

std::optional<net::http_reply> page_answer(const net::http_request& request) {
    const std::string_view target = request.target;
    const std::string_view path = target.substr(0, target.find('?'));
    const auto files = page_files();
    const auto file = std::find_if(files.begin(), files.end(), [&](const page_file& f) { return f.path == path; });
    if (file == files.end()) return std::nullopt;
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = net::problem_reply(405, "method-not-allowed", "This path takes GET, HEAD.");
        refused.headers.push_back(net::http_header{"Allow", "GET, HEAD"});
        return refused;
    }
    net::http_reply reply;
    const auto add = [&](std::string_view name, std::string_view value) {
        reply.headers.push_back(net::http_header{std::string(name), std::string(value)});
    };
    // Kept, and asked for each time: after an upgrade no file is of another version than the next.
    add("Cache-Control", "no-cache");
    add("ETag", file->etag);
    add("Content-Security-Policy", policy);
    add("X-Content-Type-Options", "nosniff");
    add("Referrer-Policy", "no-referrer");
    add("Cross-Origin-Opener-Policy", "same-origin");
    add("Cross-Origin-Resource-Policy", "same-origin");
    if (has_it_already(request, file->etag)) {
        reply.status = 304;
        return reply;
    }
    add("Content-Type", file->type);
    reply.body = std::string(file->content);
    return reply;
}

}  // namespace slipway::web
