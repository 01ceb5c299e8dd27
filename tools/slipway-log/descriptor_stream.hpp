// An output stream over a file descriptor that remembers why writing failed, so that a reader who has seen enough
// (`| head`) can be told from a disk that is full. On a terminal nothing that others wrote takes it over, also in JSON
// (engine/base/terminal_text.hpp); elsewhere bytes are handed on as they are.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace slipway::inspection {

class descriptor_buffer final : public std::streambuf {
public:
    explicit descriptor_buffer(int descriptor);

    int failed() const { return failed_; }  // errno of the write that failed; 0 while all is well

private:
    int overflow(int c) override;
    int sync() override;
    void write_all(std::string_view bytes);

    int descriptor_;
    bool terminal_;
    std::string unfinished_;  // the beginning of a character whose end has not been written yet
    int failed_ = 0;
    std::array<char, 16'384> pending_{};
};

}  // namespace slipway::inspection
