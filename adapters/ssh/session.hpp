// One SSH connection inside the Asio loop: Asio connects, libssh speaks the protocol on that socket without blocking.
// Shell uses one per call; nothing is shared between two.
//
// One thread: the executor's. A deadline stands over every await; cancelling the coroutine throws operation_aborted at
// the next await, and the destructor closes the connection at once. Facts about libssh that shaped this file:
//  - It handles packets inside nearly every call, so the socket is waited for only after a pass that moved nothing.
//  - With SSH_OPTIONS_FD the socket stays ours to close.
//  - Left alone it reads ~/.ssh/config and known_hosts; it is told not to.
//  - A session of its own takes some 30 KB: there is none before the host has begun to speak, since many wait for long.
#pragma once

#include "engine/ports/remote_shell.hpp"

#include <libssh/libssh.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ssh {

using steady_time = std::chrono::steady_clock::time_point;

struct libssh_free {
    void operator()(ssh_key key) const { ssh_key_free(key); }
    void operator()(ssh_session session) const { ssh_free(session); }
    void operator()(ssh_event event) const { ssh_event_free(event); }
    void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};
using key_handle = std::unique_ptr<std::remove_pointer_t<ssh_key>, libssh_free>;

// Whom to talk to, as whom, and which host keys to believe. The key must outlive the session.
struct peer {
    boost::asio::ip::tcp::endpoint endpoint;
    std::string user;
    std::vector<std::string> host_keys;  // public lines
    ssh_key login = nullptr;
};

// How long the parts of a connection attempt may take, besides the deadline over all of it.
struct patience {
    std::chrono::milliseconds connect{1000};    // a booting host drops packets: a new attempt beats a slow repetition
    std::chrono::milliseconds greeting{5000};   // accepted, but nobody speaks
    std::chrono::milliseconds handshake{5000};  // from the greeting to the end of the login
};

struct command_end {
    int status = -1;         // -1: none was reported
    std::string signal;      // "KILL" where a signal ended it
    bool timed_out = false;  // the deadline passed first; the channel was closed
};

// (from stderr?, bytes)
using channel_sink = std::function<void(bool, std::string_view)>;

class session {
public:
    explicit session(const boost::asio::any_io_executor& loop);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    // Connects, checks the host key, then logs in. The key check comes first: a host with a wrong key sees no login.
    boost::asio::awaitable<shell_result<void>> open(peer to, patience limits, steady_time deadline);

    // Runs `command` with `input` as its stdin, hands its output to `sink`, returns when it has ended.
    boost::asio::awaitable<shell_result<command_end>> run(std::string command, std::string input, channel_sink sink,
                                                          steady_time deadline);

    // A host accepted the connection, whatever came of it.
    bool connected() const;

    // And began to speak.
    bool greeted() const { return session_ != nullptr; }

    // The public line of the key that the host showed; empty before the key exchange ended.
    const std::string& presented_key() const { return presented_; }

private:
    struct waiter;

    void configure(const peer& to);
    boost::asio::awaitable<bool> connect_socket(boost::asio::ip::tcp::endpoint endpoint, steady_time deadline);
    boost::asio::awaitable<bool> wait_for_greeting(steady_time deadline);
    boost::asio::awaitable<bool> wait_for_socket(steady_time deadline);
    template <class Step>
    boost::asio::awaitable<int> drive(Step& step, steady_time deadline);
    shell_result<void> check_host_key(const peer& to);
    shell_error lost(const std::string& doing) const;
    std::string libssh_says() const;

    std::shared_ptr<waiter> waiter_;  // pending handlers keep it alive
    std::unique_ptr<std::remove_pointer_t<ssh_session>, libssh_free> session_;  // once the host has begun to speak
    std::unique_ptr<std::remove_pointer_t<ssh_event>, libssh_free> event_;
    bool in_event_ = false;
    std::string host_;
    std::string presented_;
};

shell_error shell_failed(shell_failure failure, std::string message, std::string presented_key = {});

// "SHA256:…" of a public line; the line itself where it is no key.
std::string fingerprint_of(const std::string& public_line);

}  // namespace slipway::ssh
