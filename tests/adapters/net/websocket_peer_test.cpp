// The client against somebody else's server (websocket_peer.py), in ws and wss.
#include "adapters/net/websocket_client.hpp"
#include "tests/adapters/net/trust.hpp"
#include "tests/adapters/net/websocket_script.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

using namespace slipway::net;
using namespace slipway::test;

extern char** environ;

namespace {

namespace asio = boost::asio;

// The peer's process. It ends when its input does.
class peer_process {
public:
    explicit peer_process(bool tls) {
        std::vector<std::string> words{DISTRIBUTION_PYTHON, "-B", WEBSOCKET_PEER};
        if (tls) {
            const auto server = make_server_identity(authority(), "DNS:localhost");
            certificate_.emplace(server.pem());
            key_.emplace(server.key_pem());
            words.push_back(certificate_->path());
            words.push_back(key_->path());
        }
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);

        int in[2] = {-1, -1}, out[2] = {-1, -1};
        REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        const int failed = ::posix_spawn(&process_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        input_ = in[1];
        std::string said;
        char byte = 0;
        while (failed == 0 && ::read(out[0], &byte, 1) == 1 && byte != '\n') said += byte;
        ::close(out[0]);
        missing_ = said == "missing";
        if (said.starts_with("port ")) port_ = said.substr(5);
    }
    ~peer_process() {
        ::close(input_);
        ::waitpid(process_, nullptr, 0);
    }
    peer_process(const peer_process&) = delete;
    peer_process& operator=(const peer_process&) = delete;

    // True where the tests have to be left out.
    bool missing() const {
        if (missing_) skipped("python3-websockets is not installed");
        if (!missing_) REQUIRE_FALSE(port_.empty());
        return missing_;
    }
    websocket_url url(const std::string& scheme, const std::string& target = "/") const {
        return *parse_websocket_url(scheme + "://localhost:" + port_ + target);
    }

private:
    std::optional<scratch_file> certificate_, key_;
    pid_t process_ = -1;
    int input_ = -1;
    bool missing_ = false;
    std::string port_;
};

std::string ask(asio::io_context& loop, websocket_client& client, const std::string& text) {
    REQUIRE(run(loop, client.send(text)));
    return message_of(run(loop, client.read()));
}

}  // namespace

TEST_CASE("another's server and we understand each other") {
    const bool secure = GENERATE(false, true);
    const peer_process peer(secure);
    if (peer.missing()) return;
    const auto tls = secure ? trusting(authority()) : nullptr;
    const std::string scheme = secure ? "wss" : "ws";
    asio::io_context loop;
    const auto open = [&](const std::string& target = "/") {
        auto opened = run(loop, open_websocket(peer.url(scheme, target), tls));
        REQUIRE(opened.has_value());
        return std::move(*opened);
    };

    auto client = open("/gateway?v=10&encoding=json");
    CHECK(ask(loop, *client, "path") == "/gateway?v=10&encoding=json");
    CHECK(ask(loop, *client, "hello") == "hello");
    CHECK(ask(loop, *client, "\xe2\x82\xac \xf0\x9f\x9a\xa2") == "\xe2\x82\xac \xf0\x9f\x9a\xa2");
    for (const std::size_t size : {125u, 126u, 65535u, 65536u, 200'000u})
        CHECK(ask(loop, *client, std::string(size, 'x')) == std::string(size, 'x'));
    CHECK(ask(loop, *client, "ping") == "pong");
    CHECK(ask(loop, *client, "fragments of a message") == "of a message");
    for (int i = 0; i < 200; ++i)
        asio::co_spawn(loop, client->send(std::to_string(i)), [](std::exception_ptr, bool) {});
    for (int i = 0; i < 200; ++i) CHECK(message_of(run(loop, client->read())) == std::to_string(i));

    const auto ended = run(loop, client->close(4000, "zombie"));
    REQUIRE(std::holds_alternative<websocket_closed>(ended));
    CHECK(std::get<websocket_closed>(ended).code == 4000);
    client = open();
    CHECK(ask(loop, *client, "last") == "4000 zombie");

    REQUIRE(run(loop, client->send("close 4004 Authentication failed.")));
    const auto closed = closed_of(run(loop, client->read()));
    CHECK(closed.code == 4004);
    CHECK(closed.reason == "Authentication failed.");
    client = open();
    CHECK(ask(loop, *client, "last") == "4004 ");  // what we answered

    REQUIRE(run(loop, client->send("bytes")));
    CHECK(lost_of(run(loop, client->read())).told == 1003);
    client = open();
    CHECK(ask(loop, *client, "last") == "1003 ");

    (void)run(loop, client->send(std::string(200'001, 'x')));  // it says so as soon as it sees the size
    CHECK(closed_of(run(loop, client->read())).code == 1009);

    client = open();
    REQUIRE(run(loop, client->send("drop")));
    CHECK(lost_of(run(loop, client->read())).told == 0);
}

TEST_CASE("a wss server whose certificate is not trusted, or that speaks no TLS, is sent nothing") {
    const bool secure = GENERATE(true, false);
    const peer_process peer(secure);
    if (peer.missing()) return;
    asio::io_context loop;
    const auto stranger = secure ? make_authority("another") : authority();
    const auto opened = run(loop, open_websocket(peer.url("wss"), trusting(stranger)));
    REQUIRE(opened.has_error());
    CHECK(opened.error().certificate == secure);
    CHECK_THAT(opened.error().message, contains("No trusted connection to localhost"));
}
