// A secret that a person or a script hands over: on stdin, in a file, or typed at a prompt that shows nothing. Never in argv.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/base/error.hpp"

#include <string>

namespace slipway::cli {

// All of stdin, blanks and line breaks around it taken away. error_kind::usage where it is empty or far too long.
result<secret> read_secret_from_stdin();

// All of a file, which may be a pipe; likewise. The error names the file.
result<secret> read_secret_from_file(const std::string& path);

// One line typed at the terminal, which does not show it. Ctrl-C restores the terminal and ends the program.
// error_kind::usage where stdin is no terminal or nothing was typed.
result<secret> ask_for_secret(const std::string& question);

}  // namespace slipway::cli
