// A listening unix socket and the file that names it. Owned by the server; the file goes with it.
#pragma once

#include "engine/base/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <sys/types.h>

#include <string>

namespace slipway::net {

class unix_socket_file {
public:
    unix_socket_file() = default;
    explicit unix_socket_file(std::string path);  // the file that is there now
    ~unix_socket_file();                          // removes it, unless it is another one by now
    unix_socket_file(unix_socket_file&& other) noexcept;
    unix_socket_file& operator=(unix_socket_file&&) = delete;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

struct unix_listener {
    boost::asio::local::stream_protocol::acceptor acceptor;
    unix_socket_file file;
};

// Listens at `path`, whose file has mode 0660 from the first moment. A socket that nobody listens on any more is
// replaced. error_kind::configuration where one is in use, where something else is there, or where it cannot be made.
result<unix_listener> listen_at(const boost::asio::any_io_executor& loop, const std::string& path);

}  // namespace slipway::net
