// An output stream over a file descriptor that remembers why writing failed, so that a reader who has seen enough
// (`| head`) can be told from a disk that is full.
#pragma once

#include <array>
#include <ostream>
#include <streambuf>

namespace slipway::inspection {

class descriptor_buffer final : public std::streambuf {
public:
    explicit descriptor_buffer(int descriptor);

    int failed() const { return failed_; }  // errno of the write that failed; 0 while all is well

private:
    int overflow(int c) override;
    int sync() override;

    int descriptor_;
    int failed_ = 0;
    std::array<char, 16'384> pending_{};
};

}  // namespace slipway::inspection
