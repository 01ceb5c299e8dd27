#include "tools/slipway-log/descriptor_stream.hpp"

#include "engine/base/terminal_text.hpp"

#include <unistd.h>

#include <cerrno>

namespace slipway::inspection {

namespace {

// How many bytes at the end are the beginning of a character that goes on.
std::size_t cut_character(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xc0) == 0x80) continue;
        const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return size > back ? back : 0;
    }
    return 0;
}

}  // namespace

descriptor_buffer::descriptor_buffer(int descriptor) : descriptor_(descriptor), terminal_(isatty(descriptor) == 1) {
    setp(pending_.data(), pending_.data() + pending_.size());
}

int descriptor_buffer::overflow(int c) {
    if (sync() != 0) return traits_type::eof();
    if (c != traits_type::eof()) {
        *pptr() = static_cast<char>(c);
        pbump(1);
    }
    return traits_type::not_eof(c);
}

int descriptor_buffer::sync() {
    const std::string_view pending(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    if (terminal_) {
        std::string text = unfinished_.append(pending);
        const std::size_t whole = text.size() - cut_character(text);
        unfinished_ = text.substr(whole);
        text.resize(whole);
        write_all(json_for_terminal(text));
    } else {
        write_all(pending);
    }
    setp(pending_.data(), pending_.data() + pending_.size());
    return failed_ == 0 ? 0 : -1;
}

void descriptor_buffer::write_all(std::string_view bytes) {
    while (!bytes.empty() && failed_ == 0) {
        const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            failed_ = errno;
    }
}

}  // namespace slipway::inspection
