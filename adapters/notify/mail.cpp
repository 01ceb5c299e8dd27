#include "adapters/notify/mail.hpp"

#include "adapters/notify/message_text.hpp"
#include "engine/base/utf8.hpp"
#include "engine/base/base64.hpp"
#include "engine/base/http_date.hpp"
#include "engine/base/mail_address.hpp"

#include <algorithm>

namespace slipway::notify {

namespace {

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Of a Message-ID's left side.
std::string id_text(std::string_view text) {
    std::string out;
    for (const char c : text) out += is_letter_or_digit(c) || c == '-' || c == '.' ? c : '_';
    return out;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') out += '\r';
        out += c;
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

// RFC 5322 allows 998 bytes on a line.
bool goes_as_it_is(std::string_view body) {
    std::size_t line = 0;
    for (const char c : body) {
        line = c == '\n' ? 0 : line + 1;
        if (line > 900 || (c != '\n' && c != '\r' && (c < 0x20 || c >= 0x7f))) return false;
    }
    return true;
}

std::string in_lines(std::string_view base64) {
    std::string out;
    for (; !base64.empty(); base64.remove_prefix(std::min<std::size_t>(76, base64.size())))
        out.append(base64.substr(0, 76)).append("\r\n");
    return out;
}

}  // namespace

result<mailbox> parse_mailbox(std::string_view text) {
    mailbox out;
    const auto open = text.find('<');
    if (open == std::string_view::npos) {
        out.address = text;
    } else if (text.ends_with('>')) {
        out.name = one_line(text.substr(0, open), 100);
        if (out.name.size() > 1 && out.name.front() == '"' && out.name.back() == '"')
            out.name = out.name.substr(1, out.name.size() - 2);
        out.address = text.substr(open + 1, text.size() - open - 2);
    }
    if (!is_mail_address(out.address))
        return make_error(error_kind::configuration,
                          "is no mail address; write name@example.org or \"Name <name@example.org>\"");
    return out;
}

std::string message_id(const outgoing& message, const mailbox& from) {
    return "<" + id_text(message.event_id) + "." + id_text(message.channel) + "@" + from.domain() + ">";
}

// As HTTP has it, but for the zone's name.
std::string mail_date(timestamp at) {
    std::string text = to_http_date(at);
    text.replace(text.rfind("GMT"), 3, "+0000");
    return text;
}

std::string header_text(std::string_view raw) {
    const std::string text = one_line(raw, 400);
    // "=?" would be read as the start of an encoded word. A line has 78 characters, the header's name among them.
    if (is_plain(text) && text.find("=?") == std::string::npos && text.size() <= 60) return text;
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view piece = whole_characters(rest, 42);  // 56 in base64, 68 as an encoded word
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + base64_encode(piece) + "?=";
        rest.remove_prefix(piece.size());
    }
    return out;
}

std::string write_mail(const outgoing& message, const mailbox& from) {
    const bool plain = goes_as_it_is(message.body);
    std::string out;
    out += "Date: " + mail_date(message.created_at) + "\r\n";
    if (from.name.empty())
        out += "From: " + from.address + "\r\n";
    else if (is_plain(from.name) && std::all_of(from.name.begin(), from.name.end(),
                                                [](char c) { return is_letter_or_digit(c) || c == ' ' || c == '-'; }))
        out += "From: " + from.name + " <" + from.address + ">\r\n";
    else
        out += "From: =?UTF-8?B?" + base64_encode(whole_characters(from.name, 42)) + "?= <" + from.address + ">\r\n";
    out += "To: " + message.recipient + "\r\n";
    out += "Subject: " + header_text(message.subject) + "\r\n";
    out += "Message-ID: " + message_id(message, from) + "\r\n";
    out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: no out-of-office answers
    out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
    out += plain ? "Content-Transfer-Encoding: 7bit\r\n\r\n" : "Content-Transfer-Encoding: base64\r\n\r\n";
    out += plain ? with_crlf(message.body) : in_lines(base64_encode(with_crlf(message.body)));
    return out;
}

}  // namespace slipway::notify
