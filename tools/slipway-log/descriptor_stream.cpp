#include "tools/slipway-log/descriptor_stream.hpp"

#include <unistd.h>

#include <cerrno>

namespace slipway::inspection {

descriptor_buffer::descriptor_buffer(int descriptor) : descriptor_(descriptor) {
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
    const char* from = pbase();
    while (from < pptr() && failed_ == 0) {
        const ssize_t written = write(descriptor_, from, static_cast<std::size_t>(pptr() - from));
        if (written >= 0)
            from += written;
        else if (errno != EINTR)
            failed_ = errno;
    }
    setp(pending_.data(), pending_.data() + pending_.size());
    return failed_ == 0 ? 0 : -1;
}

}  // namespace slipway::inspection
