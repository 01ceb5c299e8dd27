#include "tests/adapters/ssh/simulated_vm.hpp"

#include "adapters/vault/key_pair.hpp"
#include "tests/support/file_text.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

extern char** environ;

namespace slipway::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string sshd_program() {
    for (const char* path : {"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"})
        if (::access(path, X_OK) == 0) return path;
    throw std::runtime_error("these tests need OpenSSH's server (package openssh-server)");
}

pid_t spawn(const std::vector<std::string>& words, int socket) {
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (socket >= 0) {
        posix_spawn_file_actions_adddup2(&actions, socket, 0);
        posix_spawn_file_actions_adddup2(&actions, socket, 1);
    }
    // A group of its own: newer servers have a session's connection in a process beside the first.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    pid_t pid = -1;
    const int code = ::posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) throw std::runtime_error("cannot start " + words[0]);
    return pid;
}

// Newer servers lock out an address that fails often; the tests fail on purpose. Older ones do not know the word.
bool knows_penalties(const std::string& sshd, const std::filesystem::path& config) {
    const std::string command = sshd + " -t -o PerSourcePenalties=no -f '" + config.string() + "' 2>/dev/null";
    return std::system(command.c_str()) == 0;
}

// Ends whatever still runs on the VM (its processes are told by their environment): a real VM takes them with it, too.
void end_processes_of(const std::filesystem::path& root) {
    const std::string mark = "SLIPWAY_VM_ROOT=" + root.string();
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const pid_t pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
        if (pid <= 0 || pid == ::getpid()) continue;
        std::ifstream in(entry.path() / "environ", std::ios::binary);
        for (std::string setting; std::getline(in, setting, '\0');)
            if (setting == mark) ::kill(pid, SIGKILL);
    }
}

std::uint16_t free_port(asio::io_context& loop) {
    tcp::acceptor probe(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return probe.local_endpoint().port();
}

}  // namespace

ssh_key_pair make_key(char seed, const std::string& comment) {
    return vault::ed25519_pair(std::string(32, seed), comment);
}

std::string own_user() {
    const passwd* const entry = ::getpwuid(::geteuid());
    if (entry == nullptr) throw std::runtime_error("this user has no name");
    return entry->pw_name;
}

int open_descriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<int>(std::distance(begin(entries), end(entries)));
}

simulated_vm::simulated_vm(asio::io_context& loop, const ssh_key_pair& login, const ssh_key_pair& host_key,
                           const std::filesystem::path& disk)
    : loop_(loop) {
    std::string pattern = (disk / "slipway-vm-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = pattern;
    if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);  // where root's sshd locks itself in
    for (const char* folder : {"etc/ssh", "root/.ssh", "run", "usr/bin"})
        std::filesystem::create_directories(root_ / folder);
    set_host_key(host_key);
    set_authorized_keys(login.public_line + "\n");
    port_ = free_port(loop);
    // A home of its own: what this machine's ~/.bashrc does at each login is none of a VM's business, and may take long.
    std::string config = "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) + "\nPidFile " +
                         (root_ / "run/sshd.pid").string() + "\nAuthorizedKeysFile " +
                         (root_ / "root/.ssh/authorized_keys").string() + "\nSetEnv SLIPWAY_VM_ROOT=" + root_.string() +
                         " HOME=" + (root_ / "root").string() +
                         "\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                         "PermitRootLogin prohibit-password\nMaxStartups 1000\nLogLevel VERBOSE\nPrintMotd no\n";
    for (const char* type : {"ed25519", "ecdsa", "rsa"})
        config += "HostKey " + (root_ / "etc/ssh/ssh_host_").string() + type + "_key\n";
    write("sshd_config", config);
    if (knows_penalties(sshd_program(), root_ / "sshd_config"))
        write("sshd_config", config + "PerSourcePenalties no\n");
}

simulated_vm::~simulated_vm() {
    close();
    cut();
    // What is just being started shows itself in the next round; what is just ending may still write.
    for (int i = 0; i < 100; ++i) {
        std::error_code code;
        end_processes_of(root_);
        std::filesystem::remove_all(root_, code);
        if (!code && !std::filesystem::exists(root_)) break;
        ::usleep(10'000);
    }
}

void simulated_vm::open() {
    acceptor_ = std::make_unique<tcp::acceptor>(loop_);
    acceptor_->open(tcp::v4());
    acceptor_->set_option(tcp::acceptor::reuse_address(true));
    acceptor_->bind(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    acceptor_->listen(1024);
    accept();
}

void simulated_vm::accept() {
    acceptor_->async_accept([this](const boost::system::error_code& code, tcp::socket socket) {
        if (code) return;
        ++connections_;
        socket.native_non_blocking(false);
        reap(false);
        servers_.push_back(
            spawn({sshd_program(), "-i", "-f", (root_ / "sshd_config").string(), "-E", (root_ / "sshd.log").string()},
                  socket.native_handle()));
        accept();
    });
}

void simulated_vm::close() {
    acceptor_.reset();
}

void simulated_vm::cut() {
    for (const pid_t pid : servers_)
        if (::kill(-pid, SIGKILL) != 0) ::kill(pid, SIGKILL);
    reap(true);
}

void simulated_vm::reap(bool all) {
    std::erase_if(servers_, [all](pid_t pid) { return ::waitpid(pid, nullptr, all ? 0 : WNOHANG) != 0; });
}

void simulated_vm::run_as_daemon() {
    servers_.push_back(
        spawn({sshd_program(), "-D", "-f", (root_ / "sshd_config").string(), "-E", (root_ / "sshd.log").string()}, -1));
}

ssh_target simulated_vm::target() const {
    ssh_target target;
    target.address = "127.0.0.1";
    target.host_keys.push_back(host_line_);
    return target;
}

std::filesystem::path simulated_vm::run_folder(const std::string& run_id) const {
    return root_ / "var/lib/slipway/recipes" / run_id;
}

std::string simulated_vm::read(const std::string& path) const {
    return text_of_file(root_ / path);
}

void simulated_vm::write(const std::string& path, const std::string& content, unsigned mode) {
    std::ofstream(root_ / path, std::ios::binary) << content;
    ::chmod((root_ / path).c_str(), mode);
}

void simulated_vm::set_host_key(const ssh_key_pair& key) {
    host_line_ = key.public_line;
    write("etc/ssh/ssh_host_ed25519_key", key.private_pem);
    write("etc/ssh/ssh_host_ed25519_key.pub", key.public_line + "\n", 0644);
}

struct relay::shared : std::enable_shared_from_this<shared> {
    shared(asio::io_context& on, std::uint16_t port, std::chrono::milliseconds delay)
        : loop(on), acceptor(on, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), to(port), later(delay) {}

    void accept() {
        acceptor.async_accept([self = shared_from_this()](const boost::system::error_code& code, tcp::socket socket) {
            if (code) return;
            auto client = std::make_shared<tcp::socket>(std::move(socket));
            auto server = std::make_shared<tcp::socket>(self->loop);
            boost::system::error_code failed;
            server->connect(tcp::endpoint(asio::ip::address_v4::loopback(), self->to), failed);
            if (!failed) {
                self->open.insert(client);
                self->open.insert(server);
                asio::co_spawn(self->loop, self->pump(client, server, false), asio::detached);
                asio::co_spawn(self->loop, self->pump(server, client, true), asio::detached);
            }
            self->accept();
        });
    }

    asio::awaitable<void> pump(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> into, bool count) {
        const auto self = shared_from_this();
        std::string buffer(16384, '\0');
        int pieces = 0;
        try {
            for (;;) {
                const std::size_t n = co_await from->async_read_some(asio::buffer(buffer), asio::use_awaitable);
                if (count && ++pieces == 2) {
                    asio::steady_timer timer(loop, later);
                    co_await timer.async_wait(asio::use_awaitable);
                }
                if (count) bytes += n;
                co_await asio::async_write(*into, asio::buffer(buffer.data(), n), asio::use_awaitable);
            }
        } catch (const boost::system::system_error&) {
        }
        end(from);
        end(into);
    }

    void end(const std::shared_ptr<tcp::socket>& socket) {
        boost::system::error_code ignored;
        socket->close(ignored);
        open.erase(socket);
    }

    asio::io_context& loop;
    tcp::acceptor acceptor;
    std::uint16_t to;
    std::chrono::milliseconds later;
    std::set<std::shared_ptr<tcp::socket>> open;
    std::uint64_t bytes = 0;
};

relay::relay(asio::io_context& loop, std::uint16_t to, std::chrono::milliseconds later)
    : shared_(std::make_shared<shared>(loop, to, later)) {
    shared_->accept();
}

relay::~relay() {
    boost::system::error_code ignored;
    shared_->acceptor.close(ignored);
    cut();
}

std::uint16_t relay::port() const {
    return shared_->acceptor.local_endpoint().port();
}

std::uint64_t relay::forwarded() const {
    return shared_->bytes;
}

void relay::cut() {
    const auto all = shared_->open;
    for (const auto& socket : all) shared_->end(socket);
}

}  // namespace slipway::test
