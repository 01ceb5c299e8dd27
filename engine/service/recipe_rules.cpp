#include "engine/service/recipe_rules.hpp"

#include "engine/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::service {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// How cloud-init knows its own formats (its documentation, "User data formats"), but for scripts.
constexpr std::array<std::string_view, 5> cloud_init_formats{
    "#cloud-config", "#cloud-boothook", "#part-handler", "## template: jinja", "Content-Type: multipart/"};

error wrong(std::string sentence) { return make_error(error_kind::usage, std::move(sentence)); }

std::string line_at(std::string_view text, std::size_t position) {
    const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n');
    return "line " + std::to_string(lines + 1);
}

// The first byte that belongs to no character; npos where all of it is text.
std::size_t not_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t size = utf8_character(text.substr(i));
        if (size == 0) return i;
        i += size;
    }
    return text.npos;
}

}  // namespace

result<void> check_recipe(std::string_view recipe) {
    if (recipe.find_first_not_of(" \t\r\n") == recipe.npos) return wrong("it is empty");
    if (recipe.size() > longest_recipe)
        return wrong("it has " + std::to_string(recipe.size()) + " bytes; at most 65536 (64 KiB) are allowed");
    if (recipe.starts_with(byte_order_mark))
        return wrong("line 1 begins with a byte order mark, which no shell understands: save it as UTF-8 without one");
    if (const auto odd = not_utf8(recipe); odd != recipe.npos)
        return wrong(line_at(recipe, odd) + " is no text in UTF-8: save the file as UTF-8");
    if (const auto zero = recipe.find('\0'); zero != recipe.npos)
        return wrong(line_at(recipe, zero) + " has a zero byte: a recipe is a script, not a program");
    // In front of a line end it becomes part of the last word (a file "app\r"), behind #!/bin/bash of the program's name.
    if (const auto carriage = recipe.find('\r'); carriage != recipe.npos)
        return wrong(line_at(recipe, carriage) +
                     " has a carriage return, as files from Windows have at each line's end, and the VM's shell would take "
                     "it for part of a word: convert it with  sed -i 's/\\r$//' FILE  (write \\r where one is meant)");
    for (const std::string_view format : cloud_init_formats)
        if (recipe.starts_with(format))
            return wrong("line 1 says that it is a configuration for cloud-init (\"" + std::string(format) +
                         "\"), and a recipe is a script that the VM's shell runs: write its steps as commands");
    const auto first = recipe.find_first_not_of(" \t\n");
    if (first != 0 && recipe.substr(first).starts_with("#!"))
        return wrong(line_at(recipe, first) + " has the #! that counts only as the first two characters of the file: "
                                              "remove what is in front of it");
    if (recipe.starts_with("#!")) {
        const auto program = recipe.find_first_not_of(" \t", 2);
        if (program == recipe.npos || recipe[program] != '/')
            return wrong("line 1 names no program after #!: write its whole path, as in #!/bin/bash");
    }
    return {};
}

result<void> check_recipe_if_any(std::string_view recipe) {
    if (recipe.empty()) return {};
    return check_recipe(recipe);
}

}  // namespace slipway::service
