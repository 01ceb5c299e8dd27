#include "adapters/cli/dev/playground.hpp"

#include "adapters/cli/descriptor.hpp"
#include "adapters/hetzner/private_file.hpp"
#include "adapters/vault/key_pair.hpp"
#include "engine/base/hex.hpp"
#include "engine/base/secret.hpp"
#include "engine/runtime/system.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace slipway::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds start_time{20'000}, stop_time{8'000};

error cannot(const std::string& what) {
    return make_error(error_kind::failed, what + ": " + std::strerror(errno));
}

// For all addresses of this machine: the simulated servers have several.
result<std::uint16_t> free_port() {
    const descriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in any{};
    any.sin_family = AF_INET;
    socklen_t size = sizeof any;
    auto* address = reinterpret_cast<sockaddr*>(&any);
    if (::bind(probe.number, address, size) != 0 || ::getsockname(probe.number, address, &size) != 0)
        return cannot("there is no free port");
    return ntohs(any.sin_port);
}

// A network of its own in 127/8.
std::string own_network() {
    system_random random;
    const auto draw = [&](int from, int count) { return std::to_string(from + static_cast<int>(random.fraction() * count)); };
    return "127." + draw(40, 200) + "." + draw(0, 250) + ".0";
}

std::string user_name() {
    const passwd* user = ::getpwuid(::geteuid());
    return user == nullptr ? "root" : user->pw_name;
}

std::string variable(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return std::string(name) + "=" + (value != nullptr ? value : otherwise);
}

std::string quoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

bool write_script(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text << std::flush;
    return ::chmod(path.c_str(), 0700) == 0;
}

// What the program said last; slipwayd says it in JSON.
std::string last_words_in(const std::string& file) {
    std::ifstream in(file);
    std::string line, last;
    while (std::getline(in, line))
        if (!line.empty()) last = line;
    const auto document = nlohmann::json::parse(last, nullptr, false);
    const bool has_message = document.is_object() && document.contains("message") && document["message"].is_string();
    return has_message ? document["message"].get<std::string>() : last;
}

// "STATUS=ready on unix:…, 127.0.0.1:8080"
std::string page_address(std::string_view notification) {
    constexpr std::string_view before = "STATUS=ready on ";
    const auto begin = notification.find(before);
    if (begin == std::string_view::npos) return {};
    std::istringstream addresses(std::string(notification.substr(begin + before.size())));
    for (std::string one; std::getline(addresses >> std::ws, one, ',');)
        if (!one.starts_with("unix:")) return one.substr(0, one.find('\n'));
    return {};
}

}  // namespace

result<std::unique_ptr<playground>> playground::make(const sibling_programs& programs, std::uint16_t port) {
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&ending, signal);
    ::sigprocmask(SIG_BLOCK, &ending, nullptr);
    auto place = scratch_directory::make("slipway-dev");
    if (!place) return place.error();
    std::unique_ptr<playground> out(new playground(programs, port, *std::move(place)));
    out->signals_ = ::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (out->signals_ < 0) return cannot("signals cannot be waited for");
    if (auto made = out->furnish(); !made) return made.error();
    return out;
}

playground::~playground() {
    daemon_.reset();
    sim_.reset();
    if (signals_ >= 0) ::close(signals_);
}

std::string playground::command(const std::string& program) const { return place_.path() + "/" + program; }

// The home has a key of its own; the two scripts are the programs with nothing of the user's own settings.
result<void> playground::furnish() {
    const std::string& here = place_.path();
    token_ = random_hex(32);  // 64 characters, as Hetzner's are
    auto port = free_port();
    if (!port) return port.error();
    ssh_port_ = *port;
    for (const char* directory : {"/home", "/home/.ssh", "/state", "/tmp"})
        if (::mkdir((here + directory).c_str(), 0700) != 0) return cannot(here + directory + " cannot be made");
    const auto seed = from_hex(random_hex(32));
    auto key = vault::ed25519_pair(seed->reveal(), "slipway dev");
    const std::string file = here + "/home/.ssh/id_ed25519";
    const bool kept = hetzner::write_private_file(file, key.private_pem) &&
                      hetzner::write_private_file(file + ".pub", key.public_line + "\n");
    wipe(key.private_pem);
    if (!kept) return cannot(file + " cannot be written");
    const std::string settings = "exec env -i PATH=\"$PATH\" TERM=\"${TERM-dumb}\" LC_ALL=C.UTF-8 HOME=" + quoted(here + "/home") +
                                 " SLIPWAY_API=" + quoted("unix:" + here + "/slipway.sock") + " STATE_DIRECTORY=" +
                                 quoted(here + "/state") + " SLIPWAY_SSH_PORT=" + std::to_string(ssh_port_) +
                                 " SLIPWAY_SSH_USER=" + quoted(user_name()) + " ";
    const std::string head = "#!/bin/sh\n# For the simulated Hetzner of this directory, and for no other.\n" + settings;
    for (const auto& [name, program] : {std::pair("slipway", programs_.slipway), std::pair("slipway-log", programs_.slipway_log)})
        if (!write_script(command(name), head + quoted(program) + " \"$@\"\n")) return cannot(command(name) + " cannot be written");
    return {};
}

std::vector<std::string> playground::environment() const {
    return {variable("PATH", "/usr/bin:/bin"), "LC_ALL=C.UTF-8", "HOME=" + place_.path() + "/home",
            "TMPDIR=" + place_.path() + "/tmp"};
}

result<bool> playground::start() {
    auto simulated = start_sim();
    if (!simulated || !*simulated) return simulated;
    return start_daemon();
}

result<bool> playground::start_sim() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return cannot("a pipe cannot be made");
    const descriptor from(ends[0]), to(ends[1]);
    const descriptor log(::open((place_.path() + "/hetzner-sim.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    child_command sim;
    sim.program = programs_.hetzner_sim;
    sim.arguments = {"--listen", "127.0.0.1:0", "--token", token_, "--ssh-base", own_network(), "--ssh-port",
                     std::to_string(ssh_port_)};
    sim.environment = environment();
    sim.directory = place_.path();
    sim.output = to.number;
    sim.errors = log.number;
    sim.held = place_.holder();
    auto started = child_process::start(sim);
    if (!started) return started.error();
    sim_.emplace(*std::move(started));

    std::string said;
    while (said.find('\n') == std::string::npos) {
        const heard what = wait(from.number, start_time);
        if (what == heard::stop) return false;
        char buffer[256];
        const ssize_t size = what == heard::news ? ::read(from.number, buffer, sizeof buffer) : 0;
        if (size <= 0) return did_not_start("hetzner-sim");
        said.append(buffer, static_cast<std::size_t>(size));
    }
    std::string word;
    std::istringstream(said) >> word >> sim_url_;
    while (sim_url_.ends_with('/')) sim_url_.pop_back();
    if (word != "ready") return did_not_start("hetzner-sim");
    return true;
}

// It says when it is ready, and where the page is, as it says it to systemd (sd_notify(3)).
result<bool> playground::start_daemon() {
    const std::string told = place_.path() + "/notify";
    const descriptor news(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (told.size() >= sizeof address.sun_path)
        return make_error(error_kind::usage, "TMPDIR is too long for a unix socket: " + place_.path());
    std::memcpy(address.sun_path, told.data(), told.size());
    if (::bind(news.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return cannot(told + " cannot be listened on");
    const descriptor log(::open((place_.path() + "/slipwayd.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    child_command daemon;
    daemon.program = programs_.slipwayd;
    daemon.environment = environment();
    for (const std::string& setting :
         {"HCLOUD_TOKEN=" + token_, "HCLOUD_ENDPOINT=" + sim_url_ + "/v1", "STATE_DIRECTORY=" + place_.path() + "/state",
          "SLIPWAY_LISTEN=unix:" + place_.path() + "/slipway.sock,127.0.0.1:" + std::to_string(port_),
          "SLIPWAY_SSH_PORT=" + std::to_string(ssh_port_), "SLIPWAY_SSH_USER=" + user_name(),
          std::string("HETZNER_PROVISIONING_ENABLED=false"), "NOTIFY_SOCKET=" + told})
        daemon.environment.push_back(setting);
    daemon.directory = place_.path();
    daemon.errors = log.number;
    daemon.held = place_.holder();
    auto started = child_process::start(daemon);
    if (!started) return started.error();
    daemon_.emplace(*std::move(started));

    for (std::string notification(4096, '\0'); page_.empty();) {
        const heard what = wait(news.number, start_time);
        if (what == heard::stop) return false;
        const ssize_t size = what == heard::news ? ::recv(news.number, notification.data(), notification.size(), 0) : 0;
        if (size <= 0) return did_not_start("slipwayd");
        const std::string address_of_page = page_address(std::string_view(notification).substr(0, static_cast<std::size_t>(size)));
        if (!address_of_page.empty()) page_ = "http://" + address_of_page + "/";
    }
    return true;
}

// For something to read at `fd` (-1: nothing), for a signal, or for the end of a program.
playground::heard playground::wait(int fd, std::optional<milliseconds> patience) {
    for (;;) {
        pollfd watched[2] = {{signals_, POLLIN, 0}, {fd, POLLIN, 0}};
        const int found = ::poll(watched, 2, patience ? static_cast<int>(patience->count()) : -1);
        if (found == 0) return heard::nothing;
        if (found < 0 && errno != EINTR) return heard::nothing;
        if (found < 0) continue;
        for (signalfd_siginfo signal{}; ::read(signals_, &signal, sizeof signal) == sizeof signal;) {
            if (signal.ssi_signo != SIGCHLD) return heard::stop;
            const bool gone = (sim_ && !sim_->running()) || (daemon_ && !daemon_->running());
            if (gone) return heard::ended;
        }
        if ((watched[1].revents & (POLLIN | POLLHUP)) != 0) return heard::news;
    }
}

error playground::did_not_start(const std::string& program) const {
    const std::string said = last_words_in(place_.path() + "/" + program + ".log");
    return make_error(error_kind::failed, program + " did not start" + (said.empty() ? "" : ": " + said));
}

error playground::ended_by_itself() {
    const std::string program = sim_->running() ? "slipwayd" : "hetzner-sim";
    const std::string said = last_words_in(place_.path() + "/" + program + ".log");
    return make_error(error_kind::failed, program + " has ended" + (said.empty() ? "" : "; it said last: " + said));
}

result<void> playground::until_stopped() {
    const heard what = wait(-1, std::nullopt);
    if (what == heard::ended) return ended_by_itself();
    daemon_->stop(stop_time);
    sim_->stop(stop_time);
    return {};
}

}  // namespace slipway::cli
