// The ways to reach people, one row each: what it is called, what has to be set for it, and how it is made of that. All
// else that differs from one to the next is in its channel (channel.hpp); how an address looks is what
// engine/service/recipients.hpp says, for whoever asks for one.
//
// One more: its files beside telegram.*, its row in channels.cpp, its row in recipients.cpp.
#pragma once

#include "adapters/notify/channel.hpp"
#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::notify {

// A variable of the configuration.
struct setting {
    std::string_view name;  // "TELEGRAM_BOT_TOKEN"
    bool is_secret = false;
    std::string_view otherwise;  // what holds where it is not set
};

// What was set, of all channels' settings.
struct settings {
    std::map<std::string, secret, std::less<>> values;  // by name
    std::string ca_file;                                // SLIPWAY_CA_FILE; empty: the system's store

    // Empty where it was not set.
    std::string_view of(std::string_view name) const;
    std::string_view of(const setting& one) const;  // or what holds otherwise
};

// Where a channel's addresses are secrets: a provider's, opened for this one delivery; none where it has none (any more).
using address_source =
    std::function<boost::asio::awaitable<result<std::optional<secret>>>(std::string provider, std::string channel)>;

struct channel_kind {
    std::string_view name;              // recipient::channel, outgoing::channel: "email"
    std::span<const setting> settings;  // the channel is on where the first one has a value
    // error_kind::configuration where a setting is malformed; the message names it, never its value.
    result<std::unique_ptr<channel>> (*make)(const boost::asio::any_io_executor& loop, const notify::settings& from,
                                             const address_source& addresses);
};

std::span<const channel_kind* const> channel_kinds();

// `why` is the end of a sentence and holds nothing of the value.
error wrong_setting(const setting& one, const std::string& why);

}  // namespace slipway::notify
