#include "tools/slipway-log/progress_line.hpp"

#include <unistd.h>

#include <string>

namespace slipway::inspection {

namespace {

constexpr std::chrono::milliseconds between_lines{100};
constexpr std::uint64_t calls_between_looks = 64;  // at the clock

void to_terminal(std::string_view text) { (void)!::write(STDERR_FILENO, text.data(), text.size()); }

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

}  // namespace

void progress_line::at(std::string_view what, std::uint64_t done, std::uint64_t of) {
    if (!shown_ || ++calls_ % calls_between_looks != 1) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + between_lines;
    there_ = true;
    to_terminal("\r\x1b[K" + std::string(what) + ": " + grouped(done) + (of > 0 ? " of " + grouped(of) : ""));
}

void progress_line::clear() {
    if (there_) to_terminal("\r\x1b[K");
    there_ = false;
}

}  // namespace slipway::inspection
