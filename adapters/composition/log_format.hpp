// The log of a program as people read it at a terminal: what others wrote in it cannot take the terminal over
// (engine/base/terminal_text.hpp).
#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace slipway::composition {

// `pattern` in spdlog's words.
std::unique_ptr<spdlog::formatter> format_for_people(std::string pattern);

}  // namespace slipway::composition
