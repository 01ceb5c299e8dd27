// Discord's REST and gateway on one TLS port, as much of them as a connection needs: a test says what each connection
// to the gateway does, and reads afterwards what was said there.
#pragma once

#include "tests/adapters/discord/gateway_talk.hpp"
#include "tests/adapters/net/scripted_server.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace slipway::test {

class small_gateway {
public:
    // What a connection to the gateway does, once it has said hello.
    struct talk {
        small_gateway& owner;
        peer& client;
        int number;  // of the connections to the gateway: 1, 2, …

        void say(const std::string& text);
        // The client's next frame in words ("identify", "resume abc 5", "heartbeat 1", "close 4200", "gone"), which is
        // noted. Heartbeats are answered and passed over where `heartbeats` says so.
        std::string hear(bool heartbeats = true);
    };
    using script = std::function<void(talk&)>;

    // The last script is for all connections that follow.
    explicit small_gateway(std::vector<script> scripts, int interval_ms = 40'000);

    std::string base() const { return server_.url("localhost") + "/api/v10"; }
    std::string resume_url() const { return "wss://localhost:" + std::to_string(server_.port()) + "/resume"; }
    // READY, with this server's address to resume at.
    std::string ready(const std::string& id) const;

    std::vector<std::string> said() const;     // by clients: "1: identify"
    std::vector<std::string> targets() const;  // what was asked for, without what keeps connections warm
    void answer_addresses_with(int status, std::string body);
    int remaining = 1000;

private:
    void serve(peer& client);
    void answer(peer& client, const std::string& target);

    std::vector<script> scripts_;
    int interval_ms_;
    mutable std::mutex mutex_;
    std::vector<std::string> said_;
    int conversations_ = 0;
    int status_ = 200;
    std::string body_;
    scripted_server server_;  // last: it serves as soon as it is there
};

}  // namespace slipway::test
