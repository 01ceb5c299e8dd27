// Text for terminals: columns that fit, and what others wrote without the power to take the terminal over.
#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::inspection {

// What could take a terminal over or mislead who reads it becomes visible escapes; all of it on one line.
std::string printable(std::string_view text);

// Characters that `text` takes on a terminal (a code point counts as one).
std::size_t width_of(std::string_view text);

// At most `width` characters, the last of them "…" where something was cut.
std::string cut(std::string_view text, std::size_t width);

// Columns as wide as their widest cell. Where a terminal is narrower, the columns that may shrink do, the widest first.
class table {
public:
    enum class shrink { never, end, beginning };  // which part of a cell is cut
    struct column {
        std::string title;
        shrink how = shrink::never;
    };

    explicit table(std::vector<column> columns) : columns_(std::move(columns)), widest_(columns_.size()) {}
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    // The rows that were added since it was printed last, the titles above the first of them. No column becomes narrower.
    void print(std::ostream& out, std::size_t terminal_width);

private:
    std::vector<std::size_t> widths(std::size_t terminal_width);

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> widest_;  // cell that was printed
    bool titled_ = false;
};

}  // namespace slipway::inspection
