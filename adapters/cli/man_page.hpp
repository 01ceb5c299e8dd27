// slipway(1), made from the same description that --help is made of. Pure.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace slipway::cli {

// In man's own language.
std::string man_page(const CLI::App& app);

}  // namespace slipway::cli
