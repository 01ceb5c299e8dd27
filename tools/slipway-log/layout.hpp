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

    explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    void print(std::ostream& out, std::size_t terminal_width) const;

private:
    std::vector<std::size_t> widths(std::size_t terminal_width) const;

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace slipway::inspection
