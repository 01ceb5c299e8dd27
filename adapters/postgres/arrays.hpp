// Many values as one parameter: a PostgreSQL array in its text form, grown one element after the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::postgres {

class array_text {
public:
    void add(std::string_view element) {
        begin();
        text_ += '"';
        for (const char c : element) {
            if (c == '"' || c == '\\') text_ += '\\';
            text_ += c;
        }
        text_ += '"';
    }
    void add(std::int64_t element) {
        begin();
        text_ += std::to_string(element);
    }
    void add(bool element) {
        begin();
        text_ += element ? 't' : 'f';
    }
    void add_null() {
        begin();
        text_ += "NULL";
    }

    std::string take() && {
        text_ += '}';
        return std::move(text_);
    }

private:
    void begin() {
        if (text_.size() > 1) text_ += ',';
    }

    std::string text_ = "{";
};

}  // namespace slipway::postgres
