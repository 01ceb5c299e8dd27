#include "adapters/ssh/session.hpp"

#include "engine/base/base64.hpp"
#include "engine/model/public_key.hpp"

#include <libssh/callbacks.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>

namespace slipway::ssh {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr int driver_timed_out = 0x5107;  // no libssh code

// Host key algorithms of this key type, best first.
const char* algorithms_of(std::string_view type) {
    if (type == "ssh-ed25519") return "ssh-ed25519";
    if (type == "ssh-rsa") return "rsa-sha2-512,rsa-sha2-256";
    if (type == "ecdsa-sha2-nistp256") return "ecdsa-sha2-nistp256";
    if (type == "ecdsa-sha2-nistp384") return "ecdsa-sha2-nistp384";
    if (type == "ecdsa-sha2-nistp521") return "ecdsa-sha2-nistp521";
    return "";
}

// The expected types first, so that a host with several keys shows the one that can be checked; then all others, so
// that a stranger's key is seen and reported instead of ending in "no common algorithm".
std::string host_key_algorithms(const std::vector<std::string>& expected) {
    std::vector<std::string> types;
    for (const std::string& line : expected)
        if (const auto key = parse_public_key(line)) types.push_back(key->type);
    for (const char* other :
         {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"})
        types.emplace_back(other);
    std::string list;
    std::vector<std::string> seen;
    for (const std::string& type : types) {
        if (std::find(seen.begin(), seen.end(), type) != seen.end()) continue;
        seen.push_back(type);
        if (*algorithms_of(type) == '\0') continue;
        if (!list.empty()) list += ',';
        list += algorithms_of(type);
    }
    return list;
}

// A VM that vanished without a word is noticed after about 25 s, however quiet its recipe is.
void watch_for_silence(asio::ip::tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    const int fd = socket.native_handle();
    const auto set = [fd](int name, int value) { ::setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value); };
    set(TCP_KEEPIDLE, 10);
    set(TCP_KEEPINTVL, 5);
    set(TCP_KEEPCNT, 3);
    set(TCP_USER_TIMEOUT, 25'000);
}

std::string line_of(ssh_key key) {
    char* encoded = nullptr;
    if (ssh_pki_export_pubkey_base64(key, &encoded) != SSH_OK) return {};
    std::string line = encoded;
    ssh_string_free_char(encoded);
    // libssh names only the family of some types; the blob begins with the exact name.
    const auto blob = base64_decode(line);
    if (!blob || blob->size() < 4) return {};
    const auto size = static_cast<unsigned char>((*blob)[3]);
    return blob->substr(4, size) + " " + line;
}

}  // namespace

shell_error shell_failed(shell_failure failure, std::string message, std::string presented_key) {
    shell_error e;
    e.failure = failure;
    e.message = std::move(message);
    e.presented_key = std::move(presented_key);
    return e;
}

std::string fingerprint_of(const std::string& public_line) {
    const auto first = public_line.find(' ');
    if (first == std::string::npos) return public_line;
    const std::string encoded = public_line.substr(first + 1, public_line.find(' ', first + 1) - first - 1);
    ssh_key raw = nullptr;
    const auto type = ssh_key_type_from_name(public_line.substr(0, first).c_str());
    if (ssh_pki_import_pubkey_base64(encoded.c_str(), type, &raw) != SSH_OK) return public_line;
    const key_handle key(raw);
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return public_line;
    char* const text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
    const std::string fingerprint = text != nullptr ? text : public_line.c_str();
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return fingerprint;
}

struct session::waiter {
    explicit waiter(const asio::any_io_executor& loop) : socket(loop), timer(loop) {}

    void wake() {
        woken = true;
        timer.cancel();
    }

    asio::ip::tcp::socket socket;
    asio::steady_timer timer;
    bool woken = false;
    error_code connected = asio::error::not_connected;
};

session::session(const asio::any_io_executor& loop) : waiter_(std::make_shared<waiter>(loop)) {}

session::~session() {
    if (in_event_) ssh_event_remove_session(event_.get(), session_.get());
    event_.reset();
    if (session_ && ssh_is_connected(session_.get()) != 0) ssh_disconnect(session_.get());
    session_.reset();
    error_code ignored;
    waiter_->socket.close(ignored);
}

bool session::connected() const {
    return !waiter_->connected;
}

std::string session::libssh_says() const {
    const char* const text = ssh_get_error(session_.get());
    return text != nullptr && *text != '\0' ? text : "no reason was given";
}

shell_error session::lost(const std::string& doing) const {
    return shell_failed(shell_failure::unreachable,
                        "the connection to " + host_ + " ended while " + doing + ": " + libssh_says());
}

void session::configure(const peer& to) {
    session_.reset(ssh_new());
    event_.reset(ssh_event_new());
    if (!session_ || !event_) throw std::bad_alloc();
    const bool no = false;
    const int quiet = SSH_LOG_NOLOG;
    socket_t fd = waiter_->socket.native_handle();
    const std::string algorithms = host_key_algorithms(to.host_keys);
    const auto set = [this](ssh_options_e option, const void* value) {
        if (ssh_options_set(session_.get(), option, value) != SSH_OK)
            throw std::runtime_error("libssh refuses a setting: " + libssh_says());
    };
    set(SSH_OPTIONS_PROCESS_CONFIG, &no);
    set(SSH_OPTIONS_LOG_VERBOSITY, &quiet);
    set(SSH_OPTIONS_SSH_DIR, "/nonexistent");
    set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    set(SSH_OPTIONS_HOST, "vm");  // only a name for known_hosts; the socket is connected already
    set(SSH_OPTIONS_USER, to.user.c_str());
    set(SSH_OPTIONS_HOSTKEYS, algorithms.c_str());
    set(SSH_OPTIONS_FD, &fd);
    ssh_set_blocking(session_.get(), 0);
}

asio::awaitable<bool> session::connect_socket(asio::ip::tcp::endpoint endpoint, steady_time deadline) {
    const auto w = waiter_;
    w->woken = false;
    w->connected = asio::error::timed_out;
    w->timer.expires_at(deadline);
    w->socket.async_connect(endpoint, [w](const error_code& code) {
        if (code == asio::error::operation_aborted) return;
        w->connected = code;
        w->wake();
    });
    const auto [code] = co_await w->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!w->woken && code == asio::error::operation_aborted) throw boost::system::system_error(code);
    co_return !w->connected;
}

// The server speaks first (RFC 4253, 4.2). True also where it has hung up, which libssh will find.
asio::awaitable<bool> session::wait_for_greeting(steady_time deadline) {
    for (;;) {
        const bool more = co_await wait_for_socket(deadline);
        if (!more || waiter_->woken) co_return more;
    }
}

// True when the socket may have something for libssh (or, from time to time, to look again); false past the deadline.
asio::awaitable<bool> session::wait_for_socket(steady_time deadline) {
    const auto w = waiter_;
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline) co_return false;
    w->woken = false;
    w->timer.expires_at(std::min(deadline, now + 1s));
    const auto wake = [w](const error_code& code) {
        if (code != asio::error::operation_aborted) w->wake();
    };
    w->socket.async_wait(asio::ip::tcp::socket::wait_read, wake);
    if (session_ && (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0)
        w->socket.async_wait(asio::ip::tcp::socket::wait_write, wake);
    const auto [code] = co_await w->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    error_code ignored;
    w->socket.cancel(ignored);
    if (!w->woken && code == asio::error::operation_aborted) throw boost::system::system_error(code);
    co_return std::chrono::steady_clock::now() < deadline;
}

template <class Step>
asio::awaitable<int> session::drive(Step& step, steady_time deadline) {
    for (;;) {
        const int code = step();
        if (code != SSH_AGAIN) co_return code;
        const bool more = co_await wait_for_socket(deadline);
        if (!more) co_return driver_timed_out;
    }
}

shell_result<void> session::check_host_key(const peer& to) {
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(session_.get(), &raw) != SSH_OK) return lost("reading its host key");
    const key_handle key(raw);
    presented_ = line_of(key.get());
    const auto shown = parse_public_key(presented_);
    std::string wanted;
    for (const std::string& line : to.host_keys) {
        const auto expected = parse_public_key(line);
        if (shown && expected && shown->blob == expected->blob) return {};
        wanted += (wanted.empty() ? "" : " or ") + fingerprint_of(line);
    }
    return shell_failed(
        shell_failure::wrong_host_key,
        host_ + " shows the host key " + fingerprint_of(presented_) + ", expected " + wanted +
            ": this is not the VM that was created, or somebody stands in between; nothing was sent to it",
        presented_);
}

asio::awaitable<shell_result<void>> session::open(peer to, patience limits, steady_time deadline) {
    using clock = std::chrono::steady_clock;
    host_ = to.endpoint.address().to_string() + " port " + std::to_string(to.endpoint.port());
    const bool connected = co_await connect_socket(to.endpoint, std::min(deadline, clock::now() + limits.connect));
    if (!connected)
        co_return shell_failed(shell_failure::unreachable,
                               "no connection to " + host_ + ": " + waiter_->connected.message());
    watch_for_silence(waiter_->socket);
    const shell_error silent =
        shell_failed(shell_failure::unreachable, host_ + " accepts connections but does not speak SSH yet");
    const bool has_begun = co_await wait_for_greeting(std::min(deadline, clock::now() + limits.greeting));
    if (!has_begun) co_return silent;

    const auto handshake_end = std::min(deadline, clock::now() + limits.handshake);
    configure(to);
    auto handshake = [this] { return ssh_connect(session_.get()); };
    const int shaken = co_await drive(handshake, handshake_end);
    if (shaken == driver_timed_out) co_return silent;
    if (shaken != SSH_OK) co_return lost("the SSH connection was set up");
    const auto checked = check_host_key(to);
    if (!checked) co_return checked.error();

    auto login = [this, key = to.login] {
        const int code = ssh_userauth_publickey(session_.get(), nullptr, key);
        return code == SSH_AUTH_AGAIN ? SSH_AGAIN : code == SSH_AUTH_ERROR ? SSH_ERROR : code;
    };
    const int logged_in = co_await drive(login, handshake_end);
    if (logged_in == driver_timed_out)
        co_return shell_failed(shell_failure::unreachable, host_ + " does not answer the login");
    if (logged_in == SSH_AUTH_DENIED || logged_in == SSH_AUTH_PARTIAL)
        co_return shell_failed(shell_failure::denied,
                               host_ + " refuses the operator's key for user " + to.user +
                                   ": the key is not (or no longer) in the VM's authorized_keys",
                               presented_);
    if (logged_in != SSH_AUTH_SUCCESS) co_return lost("logging in");
    if (ssh_event_add_session(event_.get(), session_.get()) != SSH_OK) co_return lost("preparing the session");
    in_event_ = true;
    co_return shell_result<void>();
}

asio::awaitable<shell_result<command_end>> session::run(std::string command, std::string input, channel_sink sink,
                                                        steady_time deadline) {
    command_end end;
    ssh_channel_callbacks_struct callbacks{};
    callbacks.userdata = &end;
    // The exit status arrives behind the end of the output, a signal only through a callback.
    callbacks.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* to) {
        static_cast<command_end*>(to)->status = status;
    };
    callbacks.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*,
                                                const char*, void* to) {
        static_cast<command_end*>(to)->signal = signal != nullptr ? signal : "unknown";
    };
    ssh_callbacks_init(&callbacks);
    const std::unique_ptr<std::remove_pointer_t<ssh_channel>, libssh_free> handle(ssh_channel_new(session_.get()));
    if (!handle) co_return lost("opening a channel");
    const ssh_channel channel = handle.get();
    ssh_set_channel_callbacks(channel, &callbacks);
    struct unset_callbacks {
        ssh_channel channel;
        ssh_channel_callbacks callbacks;
        ~unset_callbacks() { ssh_remove_channel_callbacks(channel, callbacks); }
    };
    const unset_callbacks unset{channel, &callbacks};

    const shell_error late = shell_failed(shell_failure::timed_out, host_ + " did not start a command in time");
    auto open_channel = [channel] { return ssh_channel_open_session(channel); };
    const int opened = co_await drive(open_channel, deadline);
    if (opened == driver_timed_out) co_return late;
    if (opened != SSH_OK) co_return lost("opening a channel");
    auto execute = [channel, text = command.c_str()] { return ssh_channel_request_exec(channel, text); };
    const int executed = co_await drive(execute, deadline);
    if (executed == driver_timed_out) co_return late;
    if (executed != SSH_OK) {
        if (ssh_is_connected(session_.get()) == 0) co_return lost("starting a command");
        co_return shell_failed(shell_failure::broken, host_ + " refuses to run a command: " + libssh_says());
    }

    std::size_t written = 0;
    bool eof_sent = false;
    char buffer[16384];
    for (;;) {
        (void)ssh_event_dopoll(event_.get(), 0);
        bool moved = false;
        for (const int stream : {0, 1})
            for (int reads = 0; reads < 16; ++reads) {
                const int n = ssh_channel_read_nonblocking(channel, buffer, sizeof buffer, stream);
                if (n <= 0) break;
                moved = true;
                sink(stream == 1, std::string_view(buffer, static_cast<std::size_t>(n)));
            }
        if (ssh_channel_is_open(channel) == 0) {
            if (moved) continue;
            break;
        }
        // No more than the peer's window holds, and reading in between: else both sides wait for each other.
        while (written < input.size() && (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) == 0) {
            const std::size_t room =
                std::min<std::size_t>({ssh_channel_window_size(channel), input.size() - written, 32768});
            if (room == 0) break;
            const int n = ssh_channel_write(channel, input.data() + written, static_cast<std::uint32_t>(room));
            if (n < 0) written = input.size();  // the command reads no more; its end tells why
            if (n <= 0) break;
            written += static_cast<std::size_t>(n);
            moved = true;
        }
        if (written >= input.size() && !eof_sent && ssh_channel_send_eof(channel) != SSH_AGAIN) eof_sent = moved = true;
        if (moved && std::chrono::steady_clock::now() < deadline) {
            co_await asio::post(waiter_->socket.get_executor(), asio::use_awaitable);  // others' turn
            continue;
        }
        const bool more = co_await wait_for_socket(deadline);
        if (!more) {
            end.timed_out = true;
            break;
        }
    }
    if (!end.timed_out && end.status < 0 && end.signal.empty()) {
        if (ssh_is_connected(session_.get()) == 0) co_return lost("a command ran");
        co_return shell_failed(shell_failure::broken, host_ + " ended a command without saying how");
    }
    co_return end;
}

}  // namespace slipway::ssh
