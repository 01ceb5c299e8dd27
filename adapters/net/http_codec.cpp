#include "adapters/net/http_codec.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>

namespace slipway::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

// "0\r\n\r\n": at least as many bytes are still to come wherever a body in chunks is not at its end. Beast's parser,
// offered its last chunk a second time with fewer, ends the program by an assertion.
constexpr std::size_t shortest_chunks_end = 5;

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > 0x20 && c < 0x7f &&
               std::string_view("()<>@,;:\\\"/[]?={}").find(static_cast<char>(c)) == std::string_view::npos;
    });
}

bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

bool is_target(std::string_view text) {
    return text.starts_with('/') &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(x) == lower(y);
    });
}

std::optional<std::string_view> find_header(const http_headers& headers, std::string_view name) {
    for (const auto& header : headers)
        if (same_word(header.name, name)) return std::string_view(header.value);
    return std::nullopt;
}

std::string write_request(const http_request& request, std::string_view authority) {
    if (!is_token(request.method) || !is_target(request.target) || !is_value(authority)) return {};
    std::size_t size = request.method.size() + request.target.size() + authority.size() + request.body.size() + 96;
    for (const auto& header : request.headers) {
        if (!is_token(header.name) || !is_value(header.value)) return {};
        size += header.name.size() + header.value.size() + 4;
    }
    std::string out;
    out.reserve(size);  // no reallocation: it would leave copies of the token behind that nobody wipes
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(authority);
    out.append("\r\n");
    for (const auto& header : request.headers) out.append(header.name).append(": ").append(header.value).append("\r\n");
    const bool may_have_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (may_have_body || !request.body.empty())
        out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    out.append("\r\n").append(request.body);
    return out;
}

struct response_reader::parser {
    parser(std::string_view method, const http_limits& given) : head(method == "HEAD"), limits(given) { renew(); }

    void renew() {
        answer.emplace();
        answer->eager(true);
        answer->body_limit(limits.body);
        answer->header_limit(static_cast<std::uint32_t>(limits.header));
        answer->skip(head);
    }

    bool head;
    http_limits limits;
    std::optional<http::response_parser<http::string_body>> answer;
};

response_reader::response_reader(std::string_view method, const http_limits& limits)
    : parser_(std::make_unique<parser>(method, limits)) {}

response_reader::~response_reader() = default;

response_reader::progress response_reader::feed(std::string_view& bytes) {
    auto& answer = parser_->answer;
    while (!bytes.empty()) {
        if (answer->is_header_done() && answer->chunked() && bytes.size() < shortest_chunks_end) return progress::more;
        error_code failed;
        const std::size_t used = answer->put(boost::asio::const_buffer(bytes.data(), bytes.size()), failed);
        bytes.remove_prefix(used);
        if (failed == http::error::need_more) return progress::more;
        if (failed == http::error::body_limit || failed == http::error::header_limit) return progress::too_large;
        if (failed) return progress::malformed;
        if (!answer->is_done()) {
            if (used == 0) return progress::more;
            continue;
        }
        const unsigned status = answer->get().result_int();
        if (status / 100 != 1 || status == 101) return progress::done;
        parser_->renew();
    }
    return progress::more;
}

response_reader::progress response_reader::end_of_stream() {
    auto& answer = parser_->answer;
    if (!answer->is_header_done() || !answer->need_eof()) return progress::more;
    error_code failed;
    answer->put_eof(failed);
    return failed ? progress::more : progress::done;
}

bool response_reader::keep_alive() const {
    return parser_->answer->keep_alive();
}

http_response response_reader::take() {
    auto message = parser_->answer->release();
    http_response out;
    out.status = static_cast<int>(message.result_int());
    for (const auto& field : message.base())
        out.headers.push_back(http_header{std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(message.body());
    return out;
}

}  // namespace slipway::net
