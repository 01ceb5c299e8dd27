// A slipway to try things with: a simulated Hetzner Cloud with SSH, slipwayd on a database of its own, and a home whose
// `slipway` and `slipway-log` talk to these and to nothing else. All of it is in one directory and is gone with it.
//
// Owned by the verb, in a process without other threads. Blocks.
#pragma once

#include "adapters/cli/dev/child_process.hpp"
#include "adapters/cli/dev/scratch_directory.hpp"
#include "adapters/cli/dev/sibling_programs.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace slipway::cli {

class playground {
public:
    // Signals that end this program are held back from here on; until_stopped() takes them. `port`: of the web page;
    // 0: a free one.
    static result<std::unique_ptr<playground>> make(const sibling_programs& programs, std::uint16_t port);
    ~playground();
    playground(const playground&) = delete;
    playground& operator=(const playground&) = delete;

    // False where it was told to stop meanwhile. An error says what did not start, and what it said last.
    result<bool> start();
    // An error where one of the programs ended by itself.
    result<void> until_stopped();

    const std::string& directory() const { return place_.path(); }
    const std::string& page() const { return page_; }         // http://127.0.0.1:PORT/
    std::string command(const std::string& program) const;    // of slipway or slipway-log, for this playground

private:
    enum class heard { news, stop, ended, nothing };

    playground(sibling_programs programs, std::uint16_t port, scratch_directory place)
        : programs_(std::move(programs)), port_(port), place_(std::move(place)) {}

    result<void> furnish();
    result<bool> start_sim();
    result<bool> start_daemon();
    heard wait(int fd, std::optional<std::chrono::milliseconds> patience);
    error did_not_start(const std::string& program) const;
    error ended_by_itself();
    std::vector<std::string> environment() const;

    sibling_programs programs_;
    std::uint16_t port_;
    scratch_directory place_;
    int signals_ = -1;
    std::string token_;
    std::uint16_t ssh_port_ = 0;
    std::string sim_url_;
    std::string page_;
    std::optional<child_process> sim_;
    std::optional<child_process> daemon_;  // ends before the cloud that it talks to
};

}  // namespace slipway::cli
