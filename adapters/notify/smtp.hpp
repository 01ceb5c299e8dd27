// Email by SMTP, through libcurl: one message a connection, STARTTLS and AUTH as the address asks for.
//
// The transfer runs on a thread of its own; what is awaited is resumed on the loop. Destroying the channel, or
// cancelling the coroutine, breaks a transfer off at once. A transfer has one deadline in all. Credentials are in no
// note and no error; libcurl keeps copies of its own that are not wiped.
//
// A 5xx answer to the recipient or to the message is for good; one to anything before (greeting, AUTH, sender) is the
// operator's to put right, and the message waits.
#pragma once

#include "adapters/notify/channels.hpp"
#include "adapters/notify/mail.hpp"
#include "engine/base/secret.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace slipway::notify {

extern const channel_kind email_kind;

enum class starttls {
    required,       // nothing is said before it: any host but this one
    where_offered,  // this host, with credentials
    never,          // this host: a relay that listens on loopback; and smtps, where TLS comes first anyway
};

struct smtp_server {
    std::string host;  // an IPv6 address without its brackets
    std::uint16_t port = 0;
    bool tls_first = false;  // smtps
    notify::starttls starttls = starttls::required;
    secret user, password;  // empty: no AUTH
};

// smtp://[user:password@]host[:587], smtps://[user:password@]host[:465]; user and password percent-encoded. The error,
// of kind configuration, is the end of a sentence and holds nothing of the address.
result<smtp_server> parse_smtp_url(std::string_view url);

struct smtp_options {
    std::string ca_file;                         // PEM; empty: the system's store
    std::chrono::milliseconds deadline{60'000};  // of one delivery
};

std::unique_ptr<channel> make_smtp_channel(const boost::asio::any_io_executor& loop, smtp_server server, mailbox from,
                                           smtp_options options);

}  // namespace slipway::notify
