// JSON as slipway itself writes it, read without the library, which takes several times as long: no blanks between words, whole
// numbers, no \u, not deep. Whatever is written in another way, and what is no JSON at all, is for the library to judge: this
// never says yes where it would say no. Pure.
#pragma once

#include "engine/base/utf8.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace slipway {

// For whoever only wants to know whether it is JSON. Others are told of what is read, in the order of the text: text() and
// key() without their quotes, and whether escapes are in them.
struct no_taker {
    void null() {}
    void boolean(bool) {}
    void integer(std::int64_t) {}
    void text(std::string_view, bool) {}
    void key(std::string_view, bool) {}
    void begin_object() {}
    void end_object() {}
    void begin_array() {}
    void end_array() {}
};

// What such a text says.
inline std::string unescaped(std::string_view text) {
    std::string said;
    said.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c != '\\') {
            said += c;
            continue;
        }
        switch (const char after = text[++i]) {
            case 'n': said += '\n'; break;
            case 't': said += '\t'; break;
            case 'r': said += '\r'; break;
            case 'b': said += '\b'; break;
            case 'f': said += '\f'; break;
            default: said += after;
        }
    }
    return said;
}

template <class Taker>
class plain_json {
public:
    plain_json(std::string_view text, Taker& taker) : text_(text), taker_(taker) {}

    // False: the library knows, and what the taker was told is worth nothing.
    bool read() { return value(0) && at_ == text_.size(); }

    // One value at the text's beginning; the rest is what follows it.
    bool read_first() { return value(0); }
    std::string_view rest() const { return text_.substr(at_); }

private:
    static constexpr std::size_t deepest = 16;
    static constexpr std::size_t longest_number = 18;  // fits into 64 bits

    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (next() != c) return false;
        ++at_;
        return true;
    }
    bool word(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    bool value(std::size_t depth) {
        switch (next()) {
            case '{': return depth < deepest && object(depth + 1);
            case '[': return depth < deepest && array(depth + 1);
            case '"': {
                std::string_view text;
                bool escaped = false;
                if (!string(text, escaped)) return false;
                taker_.text(text, escaped);
                return true;
            }
            case 't': taker_.boolean(true); return word("true");
            case 'f': taker_.boolean(false); return word("false");
            case 'n': taker_.null(); return word("null");
            default: return number();
        }
    }

    bool object(std::size_t depth) {
        take('{');
        taker_.begin_object();
        if (!take('}')) {
            do {
                std::string_view name;
                bool escaped = false;
                if (!string(name, escaped) || !take(':')) return false;
                taker_.key(name, escaped);
                if (!value(depth)) return false;
            } while (take(','));
            if (!take('}')) return false;
        }
        taker_.end_object();
        return true;
    }

    bool array(std::size_t depth) {
        take('[');
        taker_.begin_array();
        if (!take(']')) {
            do {
                if (!value(depth)) return false;
            } while (take(','));
            if (!take(']')) return false;
        }
        taker_.end_array();
        return true;
    }

    bool number() {
        const std::size_t from = at_;
        take('-');
        const std::size_t digits_from = at_;
        while (next() >= '0' && next() <= '9') ++at_;
        const std::size_t digits = at_ - digits_from;
        // A zero in front of others is no number, and one behind a minus is a zero to some.
        if (digits == 0 || digits > longest_number || (text_[digits_from] == '0' && at_ - from > 1)) return false;
        std::int64_t read = 0;
        if (std::from_chars(text_.data() + from, text_.data() + at_, read).ec != std::errc()) return false;
        taker_.integer(read);
        return true;  // what a fraction begins with is nothing that may follow here
    }

    bool string(std::string_view& found, bool& escaped) {
        if (!take('"')) return false;
        const std::size_t from = at_;
        for (;;) {
            const auto c = static_cast<unsigned char>(next());
            if (c == '"') break;
            if (c < 0x20) return false;  // the text's end, too
            if (c == '\\') {
                escaped = true;
                ++at_;
                if (std::string_view("\"\\/bfnrt").find(next()) == std::string_view::npos) return false;
                ++at_;
            } else if (c < 0x80) {
                ++at_;
            } else {
                const std::size_t size = utf8_character(text_.substr(at_));
                if (size == 0) return false;
                at_ += size;
            }
        }
        found = text_.substr(from, at_ - from);
        ++at_;
        return true;
    }

    std::string_view text_;
    Taker& taker_;
    std::size_t at_ = 0;
};

inline bool is_plain_json(std::string_view text) {
    no_taker nobody;
    return plain_json<no_taker>(text, nobody).read();
}

}  // namespace slipway
