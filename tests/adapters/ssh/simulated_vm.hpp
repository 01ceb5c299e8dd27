// A VM for tests: OpenSSH's real sshd, one process per connection, everything it touches in a temporary folder
// (SLIPWAY_VM_ROOT). It listens on a free loopback port; nothing listens until open() is called.
//
// Also two things that can stand in a VM's place: a relay that cuts its connections, and a port that accepts and is
// silent.
#pragma once

#include "engine/ports/remote_shell.hpp"
#include "engine/ports/key_vault.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace slipway::test {

ssh_key_pair make_key(char seed, const std::string& comment = "test");

class simulated_vm {
public:
    // Trusts `login`, shows `host_key`. Its folder is made in `disk`.
    simulated_vm(boost::asio::io_context& loop, const ssh_key_pair& login, const ssh_key_pair& host_key,
                 const std::filesystem::path& disk = std::filesystem::temp_directory_path());
    ~simulated_vm();
    simulated_vm(const simulated_vm&) = delete;
    simulated_vm& operator=(const simulated_vm&) = delete;

    void open();
    void close();          // connections are refused; those that exist stay
    void cut();            // ends every connection without a word
    void run_as_daemon();  // instead of open(): one sshd that listens itself and reads its keys only once
    std::uint16_t port() const { return port_; }
    ssh_target target() const;

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path run_folder(const std::string& run_id) const;
    std::string read(const std::string& path) const;  // below root(); empty where there is no such file
    void write(const std::string& path, const std::string& content, unsigned mode = 0600);
    bool exists(const std::string& path) const { return std::filesystem::exists(root_ / path); }
    void set_host_key(const ssh_key_pair& key);
    void set_authorized_keys(const std::string& content) { write("root/.ssh/authorized_keys", content); }
    int connections() const { return connections_; }  // so far
    std::string log() const { return read("sshd.log"); }

private:
    void accept();
    void reap(bool all);

    boost::asio::io_context& loop_;
    std::filesystem::path root_;
    std::uint16_t port_ = 0;
    std::string host_line_;
    std::unique_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
    std::vector<pid_t> servers_;
    int connections_ = 0;
};

// Forwards a port of its own to another one; cut() ends what is open, new connections work again. What is answered after
// the greeting comes `later`.
class relay {
public:
    relay(boost::asio::io_context& loop, std::uint16_t to, std::chrono::milliseconds later = {});
    ~relay();
    std::uint16_t port() const;
    void cut();
    std::uint64_t forwarded() const;  // bytes towards the client

private:
    struct shared;
    std::shared_ptr<shared> shared_;
};

// A user's name: who runs the tests is whom they log in as.
std::string own_user();

int open_descriptors();

}  // namespace slipway::test
