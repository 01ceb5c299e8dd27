// The real SSH side of the simulated servers: for each a machine, and a listener on an address of its own that hands
// every connection to a fresh `sshd -i`. SSH faults strike here.
//
// Owned by main; one thread. Where a machine or a listener cannot be made, it says so on stderr: the server then exists
// in the API and refuses connections, as a broken VM does.
#pragma once

#include "tools/hetzner-sim/injected_faults.hpp"
#include "tools/hetzner-sim/machine.hpp"
#include "tools/hetzner-sim/project.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::sim {

struct host_settings {
    unsigned short port = 2222;
    std::filesystem::path directory;  // one directory per server below it
    bool keep_directory = false;      // with --state: machines outlive the simulator
    bool run_cloud_init = false;
};

class machine_hosts {
public:
    machine_hosts(boost::asio::io_context& io, host_settings settings, world& cloud, fault_set& faults);
    ~machine_hosts();

    // Says on stderr how far machines are isolated here.
    void announce_isolation() const;

    void carry_out(const order& o);
    // Opens and closes listeners where `ssh_refuse` now stands or no longer does.
    void faults_changed();

private:
    struct host;

    void prepare(std::int64_t id);
    void open(const std::shared_ptr<host>& h);
    void close(const std::shared_ptr<host>& h);
    void remove(std::int64_t id);
    bool listen(host& h);
    boost::asio::awaitable<void> serve(std::shared_ptr<host> h, int generation);
    machine_plan plan_for(std::int64_t id, const server_record& s) const;

    // A machine that was halted: until its first process has ended, its directory must not be touched (removing a mount
    // point waits for the kernel).
    struct dying {
        std::int64_t server;
        pid_t init;                      // -1: none, or collected already
        std::filesystem::path to_erase;  // empty: the directory stays
    };
    void halt(host& h, const std::filesystem::path& to_erase);
    // Collects what has ended and erases its directory; comes back until all have.
    void tidy();

    boost::asio::io_context& io_;
    host_settings settings_;
    world& world_;
    fault_set& faults_;
    isolation_found isolation_;
    std::map<std::int64_t, std::shared_ptr<host>> hosts_;
    std::string wrong_key_;
    std::vector<dying> dying_;
    boost::asio::steady_timer tidy_timer_;
};

}  // namespace slipway::sim
