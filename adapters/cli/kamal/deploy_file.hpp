// A new server's address in Kamal's deploy.yml: which bytes give way to it, and nothing else of the file. Where it is
// not clear which ones, nothing changes and a sentence says why. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace slipway::cli::kamal {

struct changed {
    std::string bytes;    // of the whole file
    std::string instead;  // the host that was there
};

struct unchanged {
    std::string why;  // ends a sentence that begins with the file's name and a colon
    bool there_already = false;
};

using edit = std::variant<changed, unchanged>;

// `instead_of`: the host that is replaced, wherever a role has it. Empty: the only host there is, or the only
// placeholder (of the primary role, where several roles have one). `address` is an IPv4 address.
edit put_address(std::string_view file, std::string_view address, std::string_view instead_of = {});

// The lines that differ, as diff -u has them, with one line around them. Both texts have the same number of lines.
std::string line_diff(const std::string& name, std::string_view before, std::string_view after);

}  // namespace slipway::cli::kamal
