// One /create or /delete, from its question to the last edit of its message: what was asked for, what became of it, and
// where it is shown. It is kept as a document (engine/ports/documents.hpp) from the question on, so that a restart goes on
// where it stopped.
//
// Values and their text form. The token by which the message can be edited is sealed in it (sealing.hpp).
#pragma once

#include "adapters/discord/interaction.hpp"
#include "engine/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::discord {

inline constexpr const char* batch_kind = "discord_batch";

// Where a message is edited: with the token of an interaction for a while, or in a channel for good.
struct shown_at {
    std::string application;
    std::string token_of;      // the interaction whose token that is
    std::string sealed_token;
    timestamp token_since;     // when that interaction came
    std::string message;       // its id, once it is known
    std::string channel;       // where somebody spoke
    bool ephemeral = false;    // nobody else sees it, and the bot cannot edit it without the token
    bool in_channel = false;   // it goes on in `channel`, as `message`
    bool others_see = false;   // that channel is not the person's alone
    friend bool operator==(const shown_at&, const shown_at&) = default;
};

enum class batch_work { create, remove };
enum class batch_stage { asked, ordered };  // not confirmed so far; confirmed, and going on

struct batch {
    struct vm {
        std::string name;
        std::string stream;   // empty: there is none so far
        bool ordered = false; // the service has taken it
        std::string refused;  // why nothing was ordered; a sentence
        friend bool operator==(const vm&, const vm&) = default;
    };

    std::string id;  // of the interaction that asked for it
    person user;     // without roles
    shown_at where;
    batch_work work = batch_work::create;
    batch_stage stage = batch_stage::asked;
    timestamp asked_at;

    // Of what is created; what is removed has only its VMs.
    std::string location, image, app;
    std::vector<std::string> server_types;  // in the order in which they are tried
    std::optional<std::int64_t> network;    // none: the VMs get no network
    std::vector<std::int64_t> firewalls;
    std::int64_t ssh_key = 0;
    std::string network_text, firewall_text, key_text;  // for people
    std::string price;                      // of each VM, in words; empty: Hetzner names none
    std::vector<vm> vms;
    friend bool operator==(const batch&, const batch&) = default;
};
bool operator==(const person& a, const person& b);

std::string to_text(const batch& b);
// Of kind corrupt where it is none.
result<batch> batch_of(const std::string& text);

}  // namespace slipway::discord
