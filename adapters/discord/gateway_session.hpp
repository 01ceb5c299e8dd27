// A session with Discord's gateway, as much of it as takes it up again on another connection, also after a restart of
// ours (Discord keeps one for a few minutes), and how many may be begun.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace slipway::discord {

struct gateway_session {
    std::string id;
    std::string resume_url;
    std::uint64_t seq = 0;  // of the last event that came

    friend bool operator==(const gateway_session&, const gateway_session&) = default;
};

struct session_limit {
    int total = 0;
    int remaining = 0;  // that may be begun before reset_after has passed
    std::chrono::milliseconds reset_after{0};
    int max_concurrency = 1;  // in five seconds
};

// What GET /gateway/bot answers.
struct gateway_address {
    std::string url;  // "wss://gateway.discord.gg"
    session_limit sessions;
};

}  // namespace slipway::discord
