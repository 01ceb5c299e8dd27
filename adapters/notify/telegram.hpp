// Telegram's Bot API: one POST of sendMessage for each message (core.telegram.org/bots/api). The bot's token is part of
// the request's path, and of nothing that anybody sees.
//
// 400 and 403 (no such chat, the bot was thrown out) are for good; 429 says how long nothing may be sent.
#pragma once

#include "adapters/net/http_client.hpp"
#include "adapters/notify/channels.hpp"
#include "engine/base/secret.hpp"

#include <memory>
#include <string_view>

namespace slipway::notify {

extern const channel_kind telegram_kind;

// Whether it can be a bot's token: "123456:letters-and_digits".
bool is_telegram_token(std::string_view text);

// `base_path`: of TELEGRAM_API_BASE, without a slash at its end.
std::unique_ptr<channel> make_telegram_channel(std::shared_ptr<net::http_client> http, std::string base_path,
                                               secret token);

}  // namespace slipway::notify
