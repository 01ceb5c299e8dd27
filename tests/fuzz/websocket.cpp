// A WebSocket's frames as they come over a socket: the first byte says how large the pieces are, the rest is what
// comes. What it means does not depend on how it is cut, and no message is larger than allowed.
#include "adapters/net/websocket_frames.hpp"
#include "engine/base/utf8.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace slipway;
using fuzz::check;

namespace {

constexpr std::size_t longest = 2000;

struct outcome {
    std::vector<std::string> events;
    std::size_t taken = 0;  // bytes
};

outcome read(std::string_view bytes, std::size_t piece) {
    using progress = net::frame_reader::progress;
    net::frame_reader reader(longest);
    outcome out;
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, piece);
        const std::size_t offered = part.size();
        const auto state = reader.feed(part);
        const std::size_t taken = offered - part.size();
        check(taken > 0, "something is taken of what is offered");
        out.taken += taken;
        bytes.remove_prefix(taken);
        switch (state) {
            case progress::more:
                check(part.empty(), "more is asked for when all is taken");
                break;
            case progress::text:
                out.events.push_back("text " + reader.take());
                check(out.events.back().size() <= longest + 5 && is_utf8(out.events.back()), "a message is short text");
                break;
            case progress::ping:
                out.events.push_back("ping " + reader.take());
                check(out.events.back().size() <= 125 + 5, "a control frame is short");
                break;
            case progress::closed: {
                const auto goodbye = reader.goodbye();
                check(goodbye.code == 1005 || net::is_close_code(goodbye.code),
                      "a goodbye has a code that may be sent");
                check(is_utf8(goodbye.reason), "and a reason that is text");
                out.events.push_back("closed " + std::to_string(goodbye.code) + goodbye.reason);
                return out;
            }
            case progress::refused:
                check(net::is_close_code(reader.why().code) && !reader.why().why.empty(), "a refusal says why");
                out.events.push_back("refused " + std::string(reader.why().why));
                return out;
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    const auto whole = read(bytes, bytes.size()), pieces = read(bytes, 1 + data[0] % 40);
    check(whole.events == pieces.events && whole.taken == pieces.taken, "frames do not depend on their pieces", bytes);
    return 0;
}
