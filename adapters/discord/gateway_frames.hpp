// The texts that go over Discord's gateway (version 10, JSON, not compressed), its addresses, and what it means by the
// code of a goodbye. Pure.
#pragma once

#include "adapters/discord/gateway_session.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::discord {

enum class opcode {
    dispatch = 0,
    heartbeat = 1,
    identify = 2,
    resume = 6,
    reconnect = 7,
    invalid_session = 9,
    hello = 10,
    heartbeat_ack = 11,
};

struct gateway_frame {
    int op = -1;  // of opcode, or one that we do not know
    nlohmann::json d;
    std::optional<std::uint64_t> s;
    std::string t;
};

// Nothing where it is no frame.
std::optional<gateway_frame> read_frame(std::string_view text);

std::string heartbeat_text(std::optional<std::uint64_t> seq);
// No intents: interactions come without any. The texts hold the token.
std::string identify_text(std::string_view token);
std::string resume_text(std::string_view token, const gateway_session& session);

inline constexpr std::size_t longest_frame = 4096;  // bytes, of ours: a longer one ends the session (4002)

// The address to connect to: Discord's own words for one, with the version and the form of the texts. Nothing where it
// is no address of a WebSocket, or a plain one on another machine: the token goes there.
std::optional<std::string> connect_url(std::string_view given);

// Nothing where it is not what GET /gateway/bot answers.
std::optional<gateway_address> read_gateway_address(const nlohmann::json& answer);

enum class after_close {
    resume,  // the session may still be there
    renew,   // it is not
    never,   // another attempt would end the same way
};

struct close_meaning {
    after_close then = after_close::resume;
    bool our_fault = false;
    std::string_view why;  // where it is worth a word: the end of a sentence that begins with "Discord"
};

// Without a code the connection broke.
close_meaning meaning_of(std::optional<std::uint16_t> code);

}  // namespace slipway::discord
