// HTTP as it comes over a socket: the first byte says how large the pieces are, the rest is what comes. A request and
// an answer mean the same however they are cut, and neither is larger than allowed.
#include "adapters/net/http_codec.hpp"
#include "adapters/net/http_request_reader.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <string>

using namespace slipway;
using fuzz::check;

namespace {

constexpr std::size_t most = 2000;  // of a head, and of a body

// Feeds `bytes` in pieces of this size until the reader has made up its mind.
template <class Reader>
typename Reader::progress feed(Reader& reader, std::string_view bytes, std::size_t piece) {
    std::string pending;
    auto state = Reader::progress::more;
    while (!bytes.empty() && state == Reader::progress::more) {
        pending += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        std::string_view rest = pending;
        state = reader.feed(rest);
        check(rest.size() <= pending.size(), "nothing is put back");
        pending.erase(0, pending.size() - rest.size());
    }
    return state;
}

void read_request(std::string_view bytes, std::size_t piece) {
    using progress = net::request_reader::progress;
    net::server_limits limits;
    limits.head = limits.body = most;
    net::request_reader whole(limits), pieces(limits);
    const auto state = feed(whole, bytes, bytes.size());
    check(feed(pieces, bytes, piece) == state, "a request does not depend on its pieces", bytes);
    if (state == progress::refused) {
        check(whole.why().status >= 400 && whole.why().status < 600, "a refusal says why");
        check(whole.why().status == pieces.why().status, "nor does why it is refused", bytes);
    }
    if (state != progress::done) return;
    const net::http_request &a = whole.request(), &b = pieces.request();
    check(a.method == b.method && a.target == b.target && a.body == b.body && a.headers.size() == b.headers.size(),
          "nor does what it says", bytes);
    check(a.body.size() <= most && a.target.starts_with('/'), "it is within the limits");
    for (const auto& header : a.headers)
        check(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a header is one line");
}

void read_answer(std::string_view bytes, std::size_t piece, std::string_view method) {
    using progress = net::response_reader::progress;
    net::http_limits limits;
    limits.header = limits.body = most;
    net::response_reader whole(method, limits), pieces(method, limits);
    auto state = feed(whole, bytes, bytes.size()), other = feed(pieces, bytes, piece);
    if (state == progress::more) state = whole.end_of_stream();
    if (other == progress::more) other = pieces.end_of_stream();
    if (state != progress::done || other != progress::done) {
        check((state == progress::done) == (other == progress::done), "an answer does not depend on its pieces", bytes);
        return;
    }
    const auto a = whole.take(), b = pieces.take();
    check(a.status == b.status && a.body == b.body, "nor does what it says", bytes);
    check(a.body.size() <= most, "it is within the limits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = 1 + data[0] % 40;
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    read_request(bytes, piece);
    read_answer(bytes, piece, "GET");
    read_answer(bytes, piece, "HEAD");
    return 0;
}
