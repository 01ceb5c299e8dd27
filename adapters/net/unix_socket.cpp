#include "adapters/net/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace slipway::net {

namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

constexpr mode_t for_owner_and_group = 0660;

error cannot(const std::string& path, const std::string& why) {
    return make_error(error_kind::configuration, "Cannot listen on the unix socket " + path + ": " + why + ".");
}

// Makes room for a socket of ours.
result<void> remove_stale(const asio::any_io_executor& loop, const std::string& path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT) return {};
        return cannot(path, std::strerror(errno));
    }
    if (!S_ISSOCK(there.st_mode)) return cannot(path, "there is a file of that name which is no socket");
    stream_protocol::socket probe(loop);
    boost::system::error_code failed;
    probe.open(stream_protocol(), failed);
    probe.non_blocking(true, failed);  // a listener that has no room for one more is alive
    if (!failed) probe.connect(stream_protocol::endpoint(path), failed);
    if (failed == asio::error::connection_refused) {
        if (::unlink(path.c_str()) != 0) return cannot(path, "the old socket cannot be removed");
        return {};
    }
    if (!failed || failed == asio::error::would_block || failed == asio::error::try_again)
        return cannot(path, "another process listens on it; is slipwayd running already?");
    return cannot(path, failed.message());
}

}  // namespace

unix_socket_file::unix_socket_file(std::string path) : path_(std::move(path)) {
    struct stat there {};
    if (::lstat(path_.c_str(), &there) != 0) return;
    device_ = there.st_dev;
    inode_ = there.st_ino;
}

unix_socket_file::unix_socket_file(unix_socket_file&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

unix_socket_file::~unix_socket_file() {
    struct stat there {};
    if (path_.empty() || ::lstat(path_.c_str(), &there) != 0) return;
    if (there.st_dev == device_ && there.st_ino == inode_) ::unlink(path_.c_str());
}

result<unix_listener> listen_at(const asio::any_io_executor& loop, const std::string& path) {
    if (auto room = remove_stale(loop, path); !room) return room.error();
    stream_protocol::acceptor acceptor(loop);
    boost::system::error_code failed;
    acceptor.open(stream_protocol(), failed);
    // On Linux the mode of an unbound socket, less the umask, becomes the file's: it is never wider than this.
    if (!failed) ::fchmod(acceptor.native_handle(), for_owner_and_group);
    if (!failed) acceptor.bind(stream_protocol::endpoint(path), failed);
    if (failed) return cannot(path, failed.message());
    unix_socket_file made(path);  // removed again where the rest fails
    if (::chmod(path.c_str(), for_owner_and_group) != 0) return cannot(path, std::strerror(errno));
    acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) return cannot(path, failed.message());
    unix_listener out{std::move(acceptor), std::move(made)};
    return result<unix_listener>(std::move(out));
}

}  // namespace slipway::net
