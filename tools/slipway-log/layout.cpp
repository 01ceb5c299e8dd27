#include "tools/slipway-log/layout.hpp"

#include "engine/base/terminal_text.hpp"

#include <algorithm>
#include <numeric>

namespace slipway::inspection {

namespace {

constexpr std::size_t narrowest = 8;  // a column that is cut further says nothing any more
constexpr std::string_view gap = "  ";

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

std::string cut_beginning(std::string_view text, std::size_t width) {
    std::size_t count = width_of(text);
    if (count <= width) return std::string(text);
    std::size_t at = 0;
    while (at < text.size() && count >= width) {
        do ++at;
        while (at < text.size() && !starts_character(text[at]));
        --count;
    }
    return "…" + std::string(text.substr(at));
}

}  // namespace

std::string printable(std::string_view text) {
    return with_visible_controls(text);
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    if (width == 0) return {};
    std::size_t at = 0;
    for (std::size_t count = 0; at < text.size(); ++at)
        if (starts_character(text[at]) && ++count == width) break;
    return std::string(text.substr(0, at)) + "…";
}

std::vector<std::size_t> table::widths(std::size_t terminal_width) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t& widest = widest_[c];
        widest = std::max(widest, width_of(columns_[c].title));
        for (const auto& row : rows_) widest = std::max(widest, width_of(row[c]));
    }
    std::vector<std::size_t> found = widest_;
    const auto total = [&] {
        return std::accumulate(found.begin(), found.end(), std::size_t{0}) + gap.size() * (found.size() - 1);
    };
    while (terminal_width != 0 && total() > terminal_width) {
        std::size_t* widest = nullptr;
        for (std::size_t c = 0; c < columns_.size(); ++c)
            if (columns_[c].how != shrink::never && found[c] > narrowest && (widest == nullptr || found[c] > *widest))
                widest = &found[c];
        if (widest == nullptr) break;
        --*widest;
    }
    return found;
}

void table::print(std::ostream& out, std::size_t terminal_width) {
    const auto width = widths(terminal_width);
    const auto line = [&](auto&& cell_of) {
        std::string text;
        std::size_t blanks = 0;  // put before the next cell that is not empty: no line ends in blanks
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string& whole = cell_of(c);
            const std::string cell =
                columns_[c].how == shrink::beginning ? cut_beginning(whole, width[c]) : cut(whole, width[c]);
            if (!cell.empty()) text += std::string(blanks, ' ') + cell;
            if (!cell.empty()) blanks = 0;
            blanks += width[c] - width_of(cell) + gap.size();
        }
        out << text << '\n';
    };
    if (!titled_) line([&](std::size_t c) -> const std::string& { return columns_[c].title; });
    titled_ = true;
    for (const auto& row : rows_) {
        line([&](std::size_t c) -> const std::string& { return row[c]; });
        if (!out) return;
    }
    rows_.clear();
}

}  // namespace slipway::inspection
