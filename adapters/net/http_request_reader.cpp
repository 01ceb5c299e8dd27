#include "adapters/net/http_request_reader.hpp"

#include "engine/base/secret.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <utility>

namespace slipway::net {

namespace http = boost::beast::http;
using boost::system::error_code;
using beast_view = boost::beast::string_view;

namespace {

std::string_view plain(beast_view text) {
    return {text.data(), text.size()};
}

// Appends without leaving unwiped copies behind.
void append_wiped(std::string& to, std::string_view piece) {
    if (to.size() + piece.size() > to.capacity()) {
        std::string grown;
        grown.reserve(std::max(2 * to.capacity(), to.size() + piece.size()));
        grown = to;
        wipe(to);
        to = std::move(grown);
    }
    to.append(piece);
}

}  // namespace

// Beast tells what it reads; the strings are kept here, where they can be wiped.
struct request_reader::parser final : http::basic_parser<true> {
    explicit parser(const server_limits& given) : limits(given) {
        body_limit(limits.body);
        header_limit(static_cast<std::uint32_t>(limits.head));
    }
    ~parser() override {
        for (auto& header : request.headers) wipe(header.value);
        wipe(request.target);
        wipe(request.body);
    }

    void refuse(int status, std::string slug, std::string detail) {
        if (refused) return;
        refused = true;
        why.status = status;
        why.slug = std::move(slug);
        why.detail = std::move(detail);
    }
    void bad(std::string detail) { refuse(400, "bad-request", std::move(detail)); }

    void on_request_impl(http::verb, beast_view method, beast_view target, int version_number, error_code&) override {
        request.method = std::string(plain(method));
        request.target = std::string(plain(target));
        version = version_number;
    }
    void on_field_impl(http::field, beast_view name, beast_view value, error_code&) override {
        if (in_body) return;  // a trailer: nothing that is asked for can stand there
        request.headers.push_back(http_header{std::string(plain(name)), std::string(plain(value))});
    }
    void on_header_impl(error_code&) override { in_body = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        if (length) request.body.reserve(static_cast<std::size_t>(*length));
    }
    std::size_t on_body_impl(beast_view piece, error_code&) override {
        append_wiped(request.body, plain(piece));
        return piece.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast_view piece, error_code&) override {
        append_wiped(request.body, plain(piece));
        return piece.size();
    }
    void on_response_impl(int, beast_view, int, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    // The length of the head at the front of `bytes`, with its empty line; 0 where it is not all there. Each byte is
    // looked at once.
    std::size_t head_length(std::string_view bytes) {
        for (; scanned < bytes.size(); ++scanned) {
            const auto c = static_cast<unsigned char>(bytes[scanned]);
            const char before = scanned > 0 ? bytes[scanned - 1] : '\0';
            const bool line_begins = scanned > 1 && before == '\n';
            if (c == '\n' && before != '\r') {
                bad("A line of the head ends in a line feed alone; lines end in CR LF.");
            } else if (c != '\n' && before == '\r') {
                bad("There is a carriage return in the middle of a line of the head.");
            } else if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f) {
                bad("There is a control character in the head: this is no HTTP/1.1 request.");
            } else if (line_begins && (c == ' ' || c == '\t')) {
                bad("A line of the head is folded, which HTTP/1.1 no longer allows.");
            }
            if (refused) return 0;
            if (scanned >= limits.head) break;
            if (c == '\n' && scanned >= 3 && bytes.substr(scanned - 3, 4) == "\r\n\r\n") return scanned + 1;
        }
        if (scanned >= limits.head)
            refuse(431, "head-too-large",
                   "The request line and the headers have more than " + std::to_string(limits.head) + " bytes.");
        return 0;
    }

    void check_head() {
        int hosts = 0;
        int lengths = 0;
        for (const auto& header : request.headers) {
            if (same_word(header.name, "host")) ++hosts;
            if (same_word(header.name, "content-length")) {
                ++lengths;
                if (header.value.find(',') != std::string::npos) ++lengths;
            }
            if (same_word(header.name, "transfer-encoding") && !same_word(header.value, "chunked"))
                refuse(501, "transfer-encoding", "The only transfer encoding that is understood is chunked.");
            if (same_word(header.name, "transfer-encoding") && version < 11) bad("HTTP/1.0 has no transfer encodings.");
            if (same_word(header.name, "expect")) {
                if (same_word(header.value, "100-continue"))
                    asked_to_continue = version >= 11;
                else
                    refuse(417, "expectation", "The only expectation that is understood is 100-continue.");
            }
        }
        if (hosts > 1 || (hosts == 0 && version >= 11)) bad("A request has exactly one Host header.");
        if (lengths > 1) bad("A request has at most one Content-Length.");
        if (!request.target.starts_with('/')) bad("The target must be a path that begins with a slash.");
    }

    void translate(const error_code& failed) {
        if (failed == http::error::body_limit)
            refuse(413, "body-too-large", "The body has more than " + std::to_string(limits.body) + " bytes.");
        else if (failed == http::error::header_limit)
            refuse(431, "head-too-large", "The headers are too large.");
        else if (failed == http::error::bad_version)
            refuse(505, "http-version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
        else if (failed == http::error::bad_content_length || failed == http::error::multiple_content_length)
            bad("The Content-Length is wrong, or it stands beside a Transfer-Encoding.");
        else if (failed == http::error::bad_transfer_encoding)
            bad("The Transfer-Encoding is given twice, or it stands beside a Content-Length.");
        else if (failed == http::error::bad_chunk || failed == http::error::bad_chunk_extension)
            bad("The chunks of the body are malformed.");
        else
            bad("This is no HTTP/1.1 request: " + failed.message() + ".");
    }

    server_limits limits;
    http_request request;
    refusal why;
    int version = 11;
    std::size_t scanned = 0;
    bool begun = false;
    bool refused = false;
    bool in_body = false;
    bool asked_to_continue = false;
};

request_reader::request_reader(const server_limits& limits) : parser_(std::make_unique<parser>(limits)) {}
request_reader::~request_reader() = default;

request_reader::progress request_reader::feed(std::string_view& bytes) {
    parser& p = *parser_;
    if (!p.in_body) {
        // RFC 9112 §2.2: an empty line before the request is to be ignored.
        while (!p.begun && bytes.starts_with("\r\n")) bytes.remove_prefix(2);
        if (!p.begun && bytes == "\r") return progress::more;
        if (bytes.empty()) return progress::more;
        p.begun = true;
        const std::size_t length = p.head_length(bytes);
        if (p.refused) return progress::refused;
        if (length == 0) return progress::more;
        error_code failed;
        const std::size_t used = p.put(boost::asio::const_buffer(bytes.data(), length), failed);
        if (failed == http::error::need_more)
            failed = used == length ? error_code{} : error_code(http::error::bad_field);
        bytes.remove_prefix(std::min(used, bytes.size()));
        if (failed)
            p.translate(failed);
        else if (!p.is_header_done())
            p.bad("The head of the request is malformed.");
        else
            p.check_head();
        if (p.refused) return progress::refused;
    }
    // "0\r\n\r\n": at least as many bytes are still to come wherever a body in chunks is not at its end. Beast's
    // parser, offered its last chunk a second time with fewer, ends the program by an assertion.
    constexpr std::size_t shortest_chunks_end = 5;
    while (!p.is_done() && !bytes.empty()) {
        if (p.chunked() && bytes.size() < shortest_chunks_end) return progress::more;
        error_code failed;
        const std::size_t used = p.put(boost::asio::const_buffer(bytes.data(), bytes.size()), failed);
        bytes.remove_prefix(used);
        if (failed == http::error::need_more || (!failed && used == 0)) {
            // A chunk's own head and the trailers are taken in one piece as well.
            if (bytes.size() < p.limits.head) return progress::more;
            p.refuse(431, "head-too-large", "The trailers or a chunk's extensions are too large.");
            return progress::refused;
        }
        if (failed) {
            p.translate(failed);
            return progress::refused;
        }
    }
    return p.is_done() ? progress::done : progress::more;
}

bool request_reader::started() const {
    return parser_->begun;
}

bool request_reader::head_done() const {
    return parser_->in_body;
}

bool request_reader::wants_continue() const {
    return std::exchange(parser_->asked_to_continue, false);
}

const request_reader::refusal& request_reader::why() const {
    return parser_->why;
}

bool request_reader::keep_alive() const {
    return parser_->keep_alive();
}

bool request_reader::chunks_allowed() const {
    return parser_->version >= 11;
}

http_request& request_reader::request() {
    return parser_->request;
}

}  // namespace slipway::net
