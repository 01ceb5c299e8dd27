#include "adapters/composition/log_format.hpp"

#include "engine/base/terminal_text.hpp"

#include <spdlog/pattern_formatter.h>

#include <string_view>
#include <utility>

namespace slipway::composition {

namespace {

class safe_lines final : public spdlog::formatter {
public:
    explicit safe_lines(std::string pattern) : pattern_(std::move(pattern)), as_it_is_(pattern_) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& into) override {
        spdlog::memory_buf_t line;
        as_it_is_.format(message, line);
        const std::string text = without_controls(std::string_view(line.data(), line.size()));
        into.append(text.data(), text.data() + text.size());
    }

    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<safe_lines>(pattern_); }

private:
    std::string pattern_;
    spdlog::pattern_formatter as_it_is_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> format_for_people(std::string pattern) {
    return std::make_unique<safe_lines>(std::move(pattern));
}

}  // namespace slipway::composition
