// A message as the text of an email (RFC 5322): pure. The same message gives the same bytes, whenever it is sent, so
// that the receiver can tell a second delivery by its Message-ID.
#pragma once

#include "engine/base/error.hpp"
#include "engine/ports/outbox.hpp"

#include <string>
#include <string_view>

namespace slipway::notify {

struct mailbox {
    std::string name;     // for people; may be empty
    std::string address;  // local@domain
    std::string domain() const { return address.substr(address.rfind('@') + 1); }
};

// "slipway@example.org" or "slipway <slipway@example.org>". error_kind::configuration without the text.
result<mailbox> parse_mailbox(std::string_view text);

// "<event.channel@domain>", the same for every delivery of this message.
std::string message_id(const outgoing& message, const mailbox& from);

// "Fri, 20 Nov 2026 14:46:00 +0000" (RFC 5322)
std::string mail_date(timestamp at);

// Text in a header: as it is where it is plain ASCII, else in encoded words (RFC 2047), folded.
std::string header_text(std::string_view text);

// Head and body, lines ending in CRLF. The recipient must be a mail address.
std::string write_mail(const outgoing& message, const mailbox& from);

}  // namespace slipway::notify
