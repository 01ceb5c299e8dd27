// Text that must not stay in memory: wiped when its owner goes. Copies made elsewhere are the maker's to wipe.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace slipway {

// Overwrites the bytes (also those beyond size()), then clears the string.
void wipe(std::string& text) noexcept;

class secret {
public:
    secret() = default;
    explicit secret(std::string text) : text_(std::move(text)) {}
    ~secret() { wipe(text_); }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    // A short string's move is a copy, so what was moved from is wiped as well.
    secret(secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    secret& operator=(secret&& other) noexcept {
        if (this != &other) {
            wipe(text_);
            text_ = std::move(other.text_);
            wipe(other.text_);
        }
        return *this;
    }

    std::string_view reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

}  // namespace slipway
