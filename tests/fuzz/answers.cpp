// What a daemon answers the CLI: the first line is the status, the rest the body. Whoever answers at that address, it
// is JSON to go on with or a sentence to print; and a log's records are followed as far as they can be.
#include "adapters/cli/api_answer.hpp"
#include "adapters/cli/stream_follower.hpp"
#include "tests/fuzz/check.hpp"

#include <charconv>
#include <string>

using namespace slipway;
using fuzz::check;

namespace {

bool for_a_terminal(std::string_view text) {
    for (const char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return false;
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text_of(data, size);
    const std::string_view line = fuzz::take_until(rest, '\n');
    net::http_response from;
    (void)std::from_chars(line.data(), line.data() + line.size(), from.status);
    from.body = rest;
    const cli::api_answer answer = cli::read_answer(from);
    check(answer.good() == answer.complaint.empty(), "an answer is good, or it is said what is wrong",
          answer.complaint);
    if (answer.good()) check(from.status / 100 == 2, "only what was done is good");
    check(for_a_terminal(answer.complaint), "what is said cannot take the terminal over", answer.complaint);

    cli::stream_follower follower("s");
    const auto taken = follower.take(rest, nullptr);
    if (!taken)
        check(for_a_terminal(taken.error().message), "nor can why a record is not taken", taken.error().message);
    check(follower.seen() != 0 || follower.view().state.version == 0, "who has seen nothing knows nothing");
    (void)follower.at_rest();
    const std::uint64_t seen = follower.seen();
    const auto again = follower.take(rest, nullptr);
    if (taken)
        check(again && *again == 0 && follower.seen() == seen, "records that come again are not taken again", rest);
    return 0;
}
