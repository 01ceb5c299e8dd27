// Texts that people and programs give us, one a line: SSH keys, times, addresses. What is taken is written as it was
// understood; what is refused is refused with a sentence that can be printed.
#include "adapters/cli/api_target.hpp"
#include "engine/base/redact.hpp"
#include "adapters/net/http_server.hpp"
#include "adapters/net/url.hpp"
#include "engine/base/base64.hpp"
#include "engine/model/public_key.hpp"
#include "engine/base/time.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <string>

using namespace slipway;
using fuzz::check;

namespace {

bool printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void read_key(std::string_view line) {
    const auto key = parse_public_key(line);
    if (!key) {
        check(!key.error().message.empty() && printable(key.error().message), "why a key is refused can be printed");
        return;
    }
    const auto again = parse_public_key(to_line(*key));
    check(again && again->type == key->type && again->blob == key->blob && again->comment == key->comment &&
              again->bits == key->bits,
          "a key that was written is the same key", line);
    check(to_line(*key).find('\n') == std::string::npos, "a key is one line", line);
}

void read_time(std::string_view line) {
    const auto at = parse_rfc3339(line);
    if (at) check(parse_rfc3339(to_rfc3339(*at)) == at, "a time that was written is the same time", to_rfc3339(*at));
}

void read_addresses(std::string_view line) {
    const auto url = net::parse_url(line);
    if (url) {
        const auto again = net::parse_url(url->origin() + url->path);
        check(again && again->origin() == url->origin() && again->path == url->path, "an address is what it was", line);
        check(printable(url->authority()), "a Host header is one line", line);
    } else {
        check(printable(url.error().message), "why an address is refused can be printed", url.error().message);
    }
    if (const auto safe = net::parse_endpoint(line))
        check(safe->tls() || net::is_loopback_host(safe->host), "a token does not go over the network in the open",
              line);
    if (const auto where = net::parse_listen_address(line)) {
        const auto again = net::parse_listen_address(where->text());
        check(again && again->text() == where->text() && again->leaves_the_machine() == where->leaves_the_machine(),
              "where to listen is written as it is read", line);
    }
    if (const auto target = cli::parse_api_target(line)) {
        const auto again = cli::parse_api_target(target->text());
        check(again && again->text() == target->text(), "a daemon's address is what it was", line);
    }
}

void read_base64(std::string_view line) {
    if (const auto bytes = base64_decode(line))
        check(base64_encode(*bytes) == line, "base64 is written in one way only", line);
    check(base64_decode(base64_encode(line)) == std::string(line), "base64 carries every byte", line);
}

// The first half of a line is said, the second is the secret.
void hide(std::string_view line) {
    const auto token = line.substr(line.size() / 2);
    if (token.size() < 12 || token.find('[') != std::string_view::npos) return;  // "[redacted]" would begin one
    const std::string said = redact(line, token);
    check(said.find(token) == std::string::npos, "a token is taken out", said);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    read_key(rest);
    while (!rest.empty()) {
        const std::string_view line = fuzz::take_until(rest, '\n');
        read_key(line);
        read_time(line);
        read_addresses(line);
        read_base64(line);
        hide(line);
    }
    return 0;
}
