#include "tools/hetzner-sim/machine_hosts.hpp"

#include "tools/hetzner-sim/user_data.hpp"
#include "tools/hetzner-sim/host_key.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace slipway::sim {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;

struct machine_hosts::host {
    host(asio::io_context& io, std::int64_t server) : id(server), acceptor(io) {}

    std::int64_t id;
    std::string name;
    tcp::endpoint endpoint;
    tcp::acceptor acceptor;
    std::optional<machine> running;
    bool wanted = false;  // booted: SSH should be open
    bool broken = false;  // it could not listen, and has said so
    int generation = 0;   // of the listener
    std::vector<std::shared_ptr<tcp::socket>> stalled;

    occasion at() const { return {"", "", {name, std::to_string(id)}}; }
};

namespace {

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// A machine whose root account is locked would refuse every key: in the simulated one it is open for keys.
std::optional<machine_file> unlocked_shadow() {
    std::istringstream in(read_file("/etc/shadow"));
    std::string out;
    bool changed = false;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("root:!", 0) == 0) {
            line.erase(5, line.find(':', 5) - 5);
            line.insert(5, 1, '*');
            changed = true;
        }
        out += line + "\n";
    }
    if (!changed) return std::nullopt;
    return machine_file{"/etc/shadow", out, 0640};
}

constexpr const char* inner_sshd_config =
    "HostKey /etc/ssh/ssh_host_ed25519_key\n"
    "HostKey /etc/ssh/ssh_host_ecdsa_key\n"
    "HostKey /etc/ssh/ssh_host_rsa_key\n"
    "AuthorizedKeysFile .ssh/authorized_keys\n"
    "PermitRootLogin prohibit-password\n"
    "PasswordAuthentication no\n"
    "KbdInteractiveAuthentication no\n"
    "StrictModes no\n"
    "UsePAM no\n"
    "UseDNS no\n"
    "PidFile none\n"
    "PrintMotd no\n"
    "AcceptEnv LANG LC_*\n"
    "Subsystem sftp internal-sftp\n"
    "LogLevel ERROR\n";

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

machine_hosts::machine_hosts(asio::io_context& io, host_settings settings, world& cloud, fault_set& faults)
    : io_(io),
      settings_(std::move(settings)),
      world_(cloud),
      faults_(faults),
      isolation_(find_isolation(settings_.directory)),
      tidy_timer_(io) {}

machine_hosts::~machine_hosts() {
    for (auto& [id, h] : hosts_) {
        close(h);
        halt(*h, "");
    }
    // They all die at the same time, so this takes as long as one does: tenths of a second.
    for (int i = 0; i < 2000 && !dying_.empty(); ++i) {
        tidy();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (!settings_.keep_directory) erase_directory(settings_.directory);
}

void machine_hosts::announce_isolation() const {
    if (isolation_.kind == isolation::full) return;
    if (isolation_.kind == isolation::user)
        std::cerr << "hetzner-sim: not root: log in to the simulated servers as the user who runs this\n";
    else
        std::cerr << "hetzner-sim: no namespaces on this machine (" << isolation_.why
                  << "): recipes run with $HOME and $SLIPWAY_VM_ROOT in a directory of their own, but absolute paths "
                     "are this machine's\n";
}

machine_plan machine_hosts::plan_for(std::int64_t id, const server_record& s) const {
    machine_plan plan;
    plan.id = id;
    plan.name = s.api["name"].get<std::string>();
    plan.directory = settings_.directory / std::to_string(id);
    plan.kind = isolation_.kind;

    cloud_config config = parse_user_data(s.user_data);
    if (!config.problem.empty())
        std::cerr << "hetzner-sim: user_data of server " << plan.name << " is ignored: " << config.problem << "\n";
    std::string keys;
    std::set<std::string> seen;
    std::vector<std::string> wanted = s.authorized_keys;
    wanted.insert(wanted.end(), config.authorized_keys.begin(), config.authorized_keys.end());
    for (const auto& key : wanted)
        if (seen.insert(key).second) keys += key + "\n";
    if (config.host_key_private.empty()) {
        host_key fresh = make_host_key();
        config.host_key_private = fresh.private_pem;
        config.host_key_public = fresh.public_line;
    }
    if (config.host_key_private.back() != '\n') config.host_key_private += '\n';
    plan.files = {
        {"/root/.ssh/authorized_keys", keys, 0600},
        {"/etc/ssh/ssh_host_ed25519_key", config.host_key_private, 0600},
        {"/etc/ssh/ssh_host_ed25519_key.pub", config.host_key_public + "\n", 0644},
        {"/etc/ssh/sshd_config", inner_sshd_config, 0644},
        {"/etc/hostname", plan.name + "\n", 0644},
        {"/var/lib/cloud/instance/user-data.txt", s.user_data, 0600},
        {"/var/lib/cloud/instance/boot-finished", "simulated\n", 0644},
    };
    // Where name servers are set through a link to /run, the machine's own /run would leave it dangling.
    if (fs::is_symlink("/etc/resolv.conf"))
        plan.files.push_back({"/etc/resolv.conf", read_file("/etc/resolv.conf"), 0644});
    if (plan.kind == isolation::full)
        if (auto shadow = unlocked_shadow()) plan.files.push_back(std::move(*shadow));
    for (const auto& file : config.write_files) plan.files.push_back({file.path, file.content, file.mode});
    if (settings_.run_cloud_init) plan.boot_commands = config.runcmd;
    occasion birth;
    birth.words.push_back(plan.name);
    const bool fails = faults_.take("cloud_init_fails", birth).has_value();
    const bool hangs = faults_.take("cloud_init_hangs", birth).has_value();
    if (fails || hangs) plan.boot_commands.clear();
    const bool runs = !plan.boot_commands.empty() && plan.kind != isolation::none;
    const std::string status = fails ? "error" : hangs || runs ? "running" : "done";
    plan.files.push_back({cloud_init_status_file, status + "\n", 0644});
    plan.files.push_back({cloud_init_program(plan.kind), cloud_init_script, 0755});
    return plan;
}

void machine_hosts::carry_out(const order& o) {
    if (o.what == order::kind::prepare) return prepare(o.server);
    if (o.what == order::kind::remove) return remove(o.server);
    const auto found = hosts_.find(o.server);
    if (found == hosts_.end()) return;
    if (o.what == order::kind::open) open(found->second);
    if (o.what == order::kind::close) {
        close(found->second);
        halt(*found->second, "");
    }
}

void machine_hosts::prepare(std::int64_t id) {
    server_record* s = world_.find_server(id);
    if (s == nullptr || s->address == 0) return;
    auto h = std::make_shared<host>(io_, id);
    h->name = s->api["name"].get<std::string>();
    h->endpoint = tcp::endpoint(asio::ip::address_v4(s->address), settings_.port);
    auto booted = machine::boot(plan_for(id, *s));
    if (booted)
        h->running = std::move(*booted);
    else
        std::cerr << "hetzner-sim: no machine for server " << h->name << ": " << booted.error().message << "\n";
    s->directory = (settings_.directory / std::to_string(id)).string();
    hosts_[id] = std::move(h);
}

bool machine_hosts::listen(host& h) {
    boost::system::error_code ec;
    h.acceptor.open(tcp::v4(), ec);
    if (!ec) h.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) h.acceptor.bind(h.endpoint, ec);
    if (!ec) h.acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec) return true;
    std::cerr << "hetzner-sim: cannot listen on " << h.endpoint << " for server " << h.name << ": " << ec.message()
              << "\n";
    h.acceptor.close(ec);
    h.broken = true;
    return false;
}

void machine_hosts::open(const std::shared_ptr<host>& h) {
    h->wanted = true;
    server_record* s = world_.find_server(h->id);
    if (!h->running && s != nullptr) {  // powered on again
        auto booted = machine::boot(plan_for(h->id, *s));
        if (booted) h->running = std::move(*booted);
    }
    if (!h->running || h->acceptor.is_open() || faults_.standing("ssh_refuse", h->at()) || !listen(*h)) return;
    if (s != nullptr) s->ssh_opened_at_ms = now_ms();
    asio::co_spawn(io_, serve(h, ++h->generation), asio::detached);
}

void machine_hosts::close(const std::shared_ptr<host>& h) {
    h->wanted = false;
    boost::system::error_code ec;
    h->acceptor.close(ec);
    h->stalled.clear();
    if (server_record* s = world_.find_server(h->id)) s->ssh_opened_at_ms = 0;
}

void machine_hosts::halt(host& h, const fs::path& to_erase) {
    const pid_t init = h.running ? h.running->halt() : -1;
    h.running.reset();
    if (init <= 0 && to_erase.empty()) return;
    dying_.push_back({h.id, init, to_erase});
    tidy();
}

void machine_hosts::remove(std::int64_t id) {
    const auto found = hosts_.find(id);
    if (found == hosts_.end()) return;
    const auto directory = settings_.directory / std::to_string(id);
    close(found->second);
    // It may be dying already, since its deletion began.
    const auto halted = std::find_if(dying_.begin(), dying_.end(), [&](const dying& d) { return d.server == id; });
    if (halted != dying_.end())
        halted->to_erase = directory;
    else
        halt(*found->second, directory);
    hosts_.erase(found);
}

void machine_hosts::tidy() {
    std::erase_if(dying_, [](const dying& d) {
        if (d.init > 0 && !has_ended(d.init)) return false;
        return d.to_erase.empty() || erase_directory(d.to_erase);
    });
    if (dying_.empty()) return;
    tidy_timer_.expires_after(std::chrono::milliseconds(50));
    tidy_timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped) tidy();
    });
}

void machine_hosts::faults_changed() {
    for (auto& [id, h] : hosts_) {
        if (!h->wanted || h->broken) continue;
        const bool refuse = faults_.has("ssh_refuse") && faults_.standing("ssh_refuse", h->at());
        if (!refuse && !h->acceptor.is_open()) {
            open(h);
        } else if (refuse && h->acceptor.is_open()) {
            boost::system::error_code ec;
            h->acceptor.close(ec);
        }
    }
}

asio::awaitable<void> machine_hosts::serve(std::shared_ptr<host> h, int generation) {
    while (h->generation == generation && h->acceptor.is_open()) {
        auto [failed, socket] = co_await h->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (failed == asio::error::operation_aborted) co_return;
        if (failed || !h->running) continue;
        const occasion at = h->at();
        if (faults_.take("ssh_refuse", at)) {
            boost::system::error_code ec;
            socket.set_option(asio::socket_base::linger(true, 0), ec);  // closing it resets the connection
            continue;
        }
        if (faults_.take("ssh_close", at)) continue;
        if (faults_.take("ssh_stall", at)) {
            h->stalled.push_back(std::make_shared<tcp::socket>(std::move(socket)));
            continue;
        }
        std::vector<std::string> arguments;
        if (faults_.take("ssh_wrong_host_key", at)) {
            if (wrong_key_.empty()) wrong_key_ = make_host_key().private_pem;
            const std::string key = "HostKey=" + h->running->put_file_for_sshd("other_host_key", wrong_key_);
            arguments = {"-o", key};  // named before the configuration's, so it is the one that is shown
        }
        if (faults_.take("ssh_deny", at)) arguments.insert(arguments.end(), {"-o", "AuthorizedKeysFile=none"});
        const auto started = h->running->run_sshd(socket.native_handle(), arguments);
        if (!started)
            std::cerr << "hetzner-sim: no SSH session on server " << h->name << ": " << started.error().message << "\n";
    }
}

}  // namespace slipway::sim
