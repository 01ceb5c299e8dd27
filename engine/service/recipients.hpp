// The channels by which a provider can be told something, as whoever asks for an address sees them: one row each, in
// order of their names. How a channel sends is adapters/notify/channels.hpp's. Pure.
#pragma once

#include "engine/ports/registry.hpp"
#include "engine/ports/sealing.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::service {

struct recipient_kind {
    std::string_view channel;  // recipient::channel: "telegram"
    std::string_view field;    // the address's name in requests and answers: "telegram_chat"
    std::size_t longest;       // address, in bytes
    bool (*is_address)(std::string_view text);
    std::string_view rule;  // what an address must be, as a sentence
    // The address is a secret: it is kept sealed for this, by the provider's id, and never shown. None: it is none.
    std::optional<sealed_kind> sealed_as = {};
};

std::span<const recipient_kind> recipient_kinds();

// Null where no channel is called so.
const recipient_kind* find_recipient_kind(std::string_view channel);

// Empty where there is none for this channel.
std::string address_of(const std::vector<recipient>& recipients, std::string_view channel);

}  // namespace slipway::service
