// The lines of a .env file, read as the dotenv libraries of other languages read them, since it is usually another
// application's file: "export" before the name, values in either kind of quotes, over several lines, comments behind
// them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::composition {

struct dotenv_entry {
    std::string name;   // the first word of a line that is not NAME=value
    std::string value;
    int line = 0;       // where it begins, from 1
    std::string wrong;  // why there is no value; empty where there is one
};

// Every line that says something, in order. Nothing of a line that cannot be read spoils the next one.
std::vector<dotenv_entry> read_dotenv(std::string_view text);

}  // namespace slipway::composition
