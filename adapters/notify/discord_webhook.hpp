// A webhook of a Discord channel: one POST for each message (discord-api-docs, resources/webhook, Execute Webhook). Its URL
// lets everybody write who has it: the outbox holds the provider's id in its place, and it is opened for each delivery.
// Only its id and its token are taken from it: messages go to DISCORD_API_BASE, whatever it says.
//
// 401, 403 and 404 (the webhook was deleted) and 400 are for good; 429 says how long nothing may be sent.
#pragma once

#include "adapters/net/url.hpp"
#include "adapters/notify/channels.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace slipway::notify {

extern const channel_kind discord_kind;

// What Discord shows: the subject in bold, the text as it is, at most 2000 characters. Nothing in it is markup.
std::string discord_text(std::string_view subject, std::string_view body);

// `ca_file`: empty for the system's store.
std::unique_ptr<channel> make_discord_channel(net::url base, std::string ca_file, address_source addresses);

}  // namespace slipway::notify
