// The whole terminal, while it lives: another screen than the one with the shell's lines, no cursor, keys as they are
// pressed. All is as it was afterwards.
//
// One at a time; stdin and stdout are terminals.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::cli {

class full_screen {
public:
    full_screen();
    ~full_screen();
    full_screen(const full_screen&) = delete;
    full_screen& operator=(const full_screen&) = delete;

    // stdin and stdout are terminals that can do it.
    static bool possible();

    struct extent {
        std::size_t columns = 80, lines = 24;
    };
    static extent size();

    // As many as there is room for; each is made safe for the terminal. The first is set off.
    void draw(const std::vector<std::string>& lines);

private:
    termios before_{};
};

}  // namespace slipway::cli
