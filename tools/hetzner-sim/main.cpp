// hetzner-sim: a simulated Hetzner Cloud. Composition: options → service (the model) → HTTP server, and with --ssh-base
// the machines behind the servers. One thread runs everything.
#include "engine/base/error.hpp"
#include "tools/hetzner-sim/listener.hpp"
#include "tools/hetzner-sim/machine_hosts.hpp"
#include "tools/hetzner-sim/options.hpp"
#include "tools/hetzner-sim/state_file.hpp"

#include <linux/close_range.h>
#include <sys/resource.h>
#include <unistd.h>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace slipway::sim {

namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;

// Where the servers' machines live: beside the state file, or in a fresh temporary directory.
fs::path machines_directory(const options& o) {
    if (!o.state_file.empty()) return fs::absolute(o.state_file + ".machines");
    std::string pattern = (fs::temp_directory_path() / "hetzner-sim-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create a directory like " + pattern);
    return pattern;
}

class simulator {
public:
    explicit simulator(const options& o)
        : options_(o),
          backend_(o.service),
          http_(io_, backend_, [this](const request& r, const reply& a) { answered(r, a); }),
          timer_(io_),
          signals_(io_, SIGINT, SIGTERM) {}

    result<void> start() {
        for (const auto& [name, spec] : options_.faults)
            if (auto added = backend_.faults().add(name, spec); !added) return added.error();
        if (!options_.state_file.empty()) {
            json saved;
            if (auto read = read_state(options_.state_file, saved); !read) return read.error();
            if (!saved.is_null()) backend_.load(saved, static_cast<std::int64_t>(wall_clock_ms()));
        }
        if (!options_.record_file.empty()) {
            record_.open(options_.record_file, std::ios::app);
            if (!record_) return make_error(error_kind::configuration, "cannot write to " + options_.record_file);
        }
        if (options_.ssh_base) {
            host_settings settings;
            settings.port = options_.ssh_port;
            settings.directory = machines_directory(options_);
            settings.keep_directory = !options_.state_file.empty();
            settings.run_cloud_init = options_.run_cloud_init;
            fs::create_directories(settings.directory);
            hosts_ = std::make_unique<machine_hosts>(io_, settings, backend_.cloud(), backend_.faults());
            hosts_->announce_isolation();
        }
        if (!options_.certificate.empty())
            if (auto used = http_.use_tls(options_.certificate, options_.key); !used) return used.error();
        const asio::ip::tcp::endpoint at(asio::ip::make_address(options_.listen_host), options_.listen_port);
        const auto bound = http_.listen(at);
        if (!bound) return bound.error();
        pump();
        signals_.async_wait([this](boost::system::error_code failed, int) {
            if (!failed) io_.stop();
        });
        std::cout << "ready " << (options_.certificate.empty() ? "http" : "https") << "://" << *bound << std::endl;
        return {};
    }

    void run() { io_.run(); }

private:
    void answered(const request& r, const reply& a) {
        if (record_.is_open() && r.path.rfind("/v1/", 0) == 0) {
            const json line = {{"method", r.method},
                               {"target", r.target},
                               {"body", r.body},
                               {"status", a.how == delivery::send ? a.status : 0},
                               {"answer", a.body}};
            record_ << line.dump(-1, ' ', false, json::error_handler_t::replace) << "\n" << std::flush;
        }
        pump();
    }

    // After each request and at each moment at which something was due: the world goes on, its orders are carried out,
    // what changed is saved, and the timer is set to the next moment.
    void pump() {
        backend_.advance(static_cast<std::int64_t>(wall_clock_ms()));
        for (const auto& o : backend_.cloud().take_orders())
            if (hosts_) hosts_->carry_out(o);
        if (hosts_) hosts_->faults_changed();
        if (backend_.cloud().take_changed() && !options_.state_file.empty())
            if (auto written = write_state(options_.state_file, backend_.save()); !written)
                std::cerr << "hetzner-sim: " << written.error().message << "\n";
        const auto next = backend_.cloud().next_due();
        if (!next) return;
        timer_.expires_after(std::chrono::milliseconds(std::max<std::int64_t>(0, *next - static_cast<std::int64_t>(wall_clock_ms()))));
        timer_.async_wait([this](boost::system::error_code failed) {
            if (!failed) pump();
        });
    }

    options options_;
    asio::io_context io_{1};
    service backend_;
    std::unique_ptr<machine_hosts> hosts_;
    http_server http_;
    asio::steady_timer timer_;
    asio::signal_set signals_;
    std::ofstream record_;
};

}  // namespace

}  // namespace slipway::sim

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    // A listener and a few descriptors per server: as many as we may have.
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    // What it was started with is not its machines'.
    ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    int exit_code = 0;
    const auto options = slipway::sim::parse_options(argc, argv, exit_code);
    if (!options) return exit_code;
    try {
        slipway::sim::simulator simulator(*options);
        if (const auto started = simulator.start(); !started) {
            std::cerr << "hetzner-sim: " << started.error().message << "\n";
            return 2;
        }
        simulator.run();
    } catch (const std::exception& e) {
        std::cerr << "hetzner-sim: " << e.what() << "\n";
        return 1;
    }
    return 0;
}
