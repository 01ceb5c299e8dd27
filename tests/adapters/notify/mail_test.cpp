#include "adapters/notify/mail.hpp"
#include "engine/base/base64.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace slipway;
using namespace slipway::notify;
using slipway::test::contains;

namespace {

const mailbox from{"", "slipway@ops.example"};

outgoing a_mail(const std::string& subject, const std::string& body) {
    outgoing m;
    m.event_id = "0193c0de-0000-7000-8000-000000000001";
    m.channel = "email";
    m.recipient = "ops@acme.example";
    m.subject = subject;
    m.body = body;
    m.created_at = timestamp{1'790'000'000'000};
    return m;
}

// The text behind encoded words.
std::string decoded(const std::string& header) {
    std::string out;
    std::istringstream words(header);
    for (std::string word; words >> word;) {
        REQUIRE(word.starts_with("=?UTF-8?B?"));
        REQUIRE(word.ends_with("?="));
        REQUIRE(word.size() <= 75);
        const auto piece = base64_decode(word.substr(10, word.size() - 12));
        REQUIRE(piece);
        out += *piece;
    }
    return out;
}

}  // namespace

TEST_CASE("a plain mail") {
    CHECK(write_mail(a_mail("Contract c-1 failed", "one\n.\nthree\n"), from) ==
          "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
          "From: slipway@ops.example\r\n"
          "To: ops@acme.example\r\n"
          "Subject: Contract c-1 failed\r\n"
          "Message-ID: <0193c0de-0000-7000-8000-000000000001.email@ops.example>\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: 7bit\r\n"
          "\r\n"
          "one\r\n.\r\nthree\r\n");
}

TEST_CASE("a mail with other letters, and one with a long line") {
    const std::string mail = write_mail(a_mail("K\xc3\xbchl", "Gr\xc3\xbc\xc3\x9f\x65\n"), from);
    CHECK_THAT(mail, contains("Subject: =?UTF-8?B?S8O8aGw=?=\r\n"));
    CHECK_THAT(mail, contains("Content-Transfer-Encoding: base64\r\n\r\n" +
                              base64_encode("Gr\xc3\xbc\xc3\x9f\x65\r\n") + "\r\n"));
    const std::string long_mail = write_mail(a_mail("s", std::string(5000, 'x')), from);
    std::istringstream lines(long_mail);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() < 100);
}

TEST_CASE("a subject cannot become a header") {
    const std::string mail = write_mail(a_mail("a\r\nBcc: everybody@example.org\r\n\r\nbody", "body"), from);
    CHECK_THAT(mail, contains("Subject: a Bcc: everybody@example.org body\r\n"));
    CHECK_THAT(mail, !contains("\nBcc"));
    auto odd = a_mail("s", "b");
    odd.event_id = "x>\r\nBcc: y";
    CHECK_THAT(write_mail(odd, from), contains("Message-ID: <x___Bcc__y.email@ops.example>\r\n"));
}

TEST_CASE("subjects keep their text in encoded words of the right length") {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "\xe2\x82\xac\xc3\xbc\x61";
    CHECK(decoded(header_text(text)) == text);
    CHECK(decoded(header_text("=?UTF-8?B?ZXZpbA==?=")) == "=?UTF-8?B?ZXZpbA==?=");
    CHECK(decoded(header_text(std::string(200, 'a'))) == std::string(200, 'a'));
}

TEST_CASE("who mail comes from") {
    CHECK(parse_mailbox("slipway <s@ops.example>")->address == "s@ops.example");
    CHECK(parse_mailbox("slipway <s@ops.example>")->name == "slipway");
    CHECK(parse_mailbox("s@ops.example")->domain() == "ops.example");
    for (const char* bad : {"", "slipway", "a <b>", "a <b@c", "a\r\nb@c"}) {
        const auto parsed = parse_mailbox(bad);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().kind == error_kind::configuration);
    }
    mailbox named = *parse_mailbox("K\xc3\xbchl, \"Inc\" <s@ops.example>");
    CHECK_THAT(write_mail(a_mail("s", "b"), named), contains("From: =?UTF-8?B?"));
}

TEST_CASE("dates of mails") {
    CHECK(mail_date(timestamp{0}) == "Thu, 01 Jan 1970 00:00:00 +0000");
    CHECK(mail_date(timestamp{951'825'599'999}) == "Tue, 29 Feb 2000 11:59:59 +0000");
}
