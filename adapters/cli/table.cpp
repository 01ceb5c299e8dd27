#include "adapters/cli/table.hpp"

#include "adapters/cli/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace slipway::cli {

namespace {

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

}  // namespace

std::string text_table(const std::vector<table_row>& rows) {
    std::vector<std::size_t> widths;
    for (const table_row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
    }
    std::string text;
    for (const table_row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - characters(row[i]) + 2, ' ');
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string text_details(const std::vector<std::pair<std::string, std::string>>& lines) {
    std::string text;
    for (const auto& [what, value] : lines)
        if (!value.empty()) text += fmt::format("{:<12} {}\n", what, value);
    return text;
}

std::string cell(std::string_view text, std::size_t most) {
    std::string shown = printable(text);
    std::replace(shown.begin(), shown.end(), '\n', ' ');
    if (characters(shown) <= most) return shown;
    std::size_t end = 0;
    for (std::size_t seen = 0; end < shown.size(); ++end)
        if (begins_character(shown[end]) && ++seen == most) break;
    return shown.substr(0, end) + "…";
}

std::string age_since(timestamp then, timestamp now) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - then).count();
    if (minutes < 1) return "now";
    if (minutes < 120) return fmt::format("{} min", minutes);
    if (minutes < 2880) return fmt::format("{} h", minutes / 60);
    return fmt::format("{} d", minutes / 1440);
}

}  // namespace slipway::cli
