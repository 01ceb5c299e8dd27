#include "adapters/notify/smtp.hpp"
#include "tests/adapters/net/run.hpp"
#include "tests/adapters/notify/mail_server.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace slipway;
using namespace slipway::notify;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace {

const std::string password = "s3cr3t-p%ss word";
const std::string url_password = "s3cr3t-p%25ss%20word";
const std::string plain_auth = "AHNsaXB3YXkAczNjcjN0LXAlc3Mgd29yZA==";  // \0slipway\0 and the password

struct post {
    boost::asio::io_context loop;
    identity authority = make_authority("the tests' authority");
    scratch_file ca{authority.pem()};
    smtp_options options;

    post() { options.ca_file = ca.path(); }

    identity server_identity(const std::string& names = "DNS:localhost,IP:127.0.0.1") {
        return make_server_identity(authority, names);
    }
    static outgoing message() {
        outgoing m;
        m.event_id = "0193c0de-0000-7000-8000-000000000001";
        m.channel = "email";
        m.recipient = "ops@acme.example";
        m.subject = "Contract c-1 failed";
        m.body = "one\n.\n..three\n";
        m.created_at = timestamp{1'790'000'000'000};
        return m;
    }
    std::unique_ptr<channel> channel_to(smtp_server server) {
        return make_smtp_channel(loop.get_executor(), std::move(server), *parse_mailbox("slipway@ops.example"),
                                 options);
    }
    delivery send(smtp_server server, outgoing m = message()) {
        const auto channel = channel_to(std::move(server));
        const delivery out = run(loop, channel->deliver(std::move(m)));
        CHECK_THAT(out.note, !contains(password));
        CHECK_THAT(out.note, !contains("s3cr3t"));
        CHECK_THAT(out.note, !contains(plain_auth));
        CHECK(out.note.find_first_of("\r\n") == std::string::npos);
        return out;
    }
    delivery send_to(const mail_server& server, const std::string& scheme = "smtp", const std::string& user = {}) {
        return send(*parse_smtp_url(scheme + "://" + user + "127.0.0.1:" + std::to_string(server.port())));
    }
};

const std::string credentials = "slipway:" + url_password + "@";

mail_server_options saying(const std::string& command, const std::string& answer) {
    mail_server_options out;
    out.answers[command] = answer;
    return out;
}

}  // namespace

TEST_CASE("a mail to a relay on this host") {
    post p;
    mail_server server({});
    const delivery told = p.send_to(server);
    CHECK(told.outcome == delivery_outcome::taken);
    CHECK(told.note == "250 2.0.0 queued as 42");
    REQUIRE(server.mails().size() == 1);
    const received_mail mail = server.mails()[0];
    CHECK_THAT(mail.from, contains("MAIL FROM:<slipway@ops.example>"));
    CHECK(mail.to == "RCPT TO:<ops@acme.example>");
    CHECK_THAT(mail.text, contains("Message-ID: <0193c0de-0000-7000-8000-000000000001.email@ops.example>\r\n"));
    CHECK_THAT(mail.text, contains("\r\n\r\none\r\n..\r\n...three\r\n.\r\n"));  // dots are stuffed
    CHECK(!mail.encrypted);
    const delivery again = p.send_to(server);
    CHECK(again.outcome == delivery_outcome::taken);
    CHECK(server.mails()[1].text == mail.text);
}

TEST_CASE("STARTTLS comes before AUTH and before the mail") {
    post p;
    mail_server_options options;
    options.tls = p.server_identity();
    options.user = "slipway";
    options.password = password;
    mail_server server(options);
    auto to = *parse_smtp_url("smtp://" + credentials + "127.0.0.1:" + std::to_string(server.port()));
    SECTION("on this host") {}
    SECTION("anywhere else") {
        to.starttls = starttls::required;
    }
    const delivery told = p.send(std::move(to));
    CHECK(told.note == "250 2.0.0 queued as 42");
    REQUIRE(server.mails().size() == 1);
    CHECK(server.mails()[0].encrypted);
    CHECK(server.mails()[0].authenticated);
    for (const std::string& command : server.commands())
        if (!command.starts_with("*")) CHECK((command.starts_with("EHLO") || command == "STARTTLS"));
}

TEST_CASE("smtps") {
    post p;
    mail_server_options options;
    options.tls = p.server_identity();
    options.tls_first = true;
    options.user = "slipway";
    options.password = password;
    mail_server server(options);
    CHECK(p.send_to(server, "smtps", credentials).outcome == delivery_outcome::taken);
    REQUIRE(server.mails().size() == 1);
    CHECK(server.mails()[0].encrypted);
    CHECK(server.mails()[0].authenticated);
}

TEST_CASE("without STARTTLS nothing is said to a server elsewhere") {
    post p;
    mail_server_options options;
    options.user = "slipway";
    options.password = password;
    mail_server server(options);
    auto to = *parse_smtp_url("smtp://" + credentials + "mail.example.org:587");
    CHECK(to.starttls == starttls::required);
    to.host = "127.0.0.1";
    to.port = server.port();
    const delivery told = p.send(std::move(to));
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK(server.mails().empty());
    for (const std::string& command : server.commands()) CHECK(!command.starts_with("AUTH"));
}

TEST_CASE("a certificate that does not fit keeps the password at home") {
    post p;
    mail_server_options options;
    options.tls = p.server_identity();
    SECTION("of another host") {
        options.tls = p.server_identity("DNS:mail.example.org");
    }
    SECTION("of another authority") {
        options.tls = make_server_identity(make_authority("somebody"), "DNS:localhost,IP:127.0.0.1");
    }
    SECTION("smtps") {
        options.tls = p.server_identity("DNS:mail.example.org");
        options.tls_first = true;
    }
    SECTION("expired") {
        validity over;
        over.begins_s = -7200;
        over.ends_s = -3600;
        options.tls = make_server_identity(p.authority, "DNS:localhost,IP:127.0.0.1", over);
    }
    options.user = "slipway";
    options.password = password;
    mail_server server(options);
    const delivery told = p.send_to(server, options.tls_first ? "smtps" : "smtp", credentials);
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK_THAT(told.note, contains("certificate"));
    CHECK(server.mails().empty());
    for (const std::string& command : server.commands()) CHECK(!command.starts_with("*AUTH"));
}

TEST_CASE("a password that is refused is the operator's to put right") {
    post p;
    mail_server_options options;
    options.tls = p.server_identity();
    options.user = "slipway";
    options.password = "another";
    mail_server server(options);
    const delivery told = p.send_to(server, "smtp", credentials);
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK_THAT(told.note, contains("535"));
    CHECK_THAT(told.note, contains("[redacted]"));
}

TEST_CASE("what a server says of the recipient and of the message") {
    post p;
    p.options.deadline = 5000ms;  // what is no SMTP is waited for to the end
    struct row {
        std::string command, answer;
        delivery_outcome outcome;
    };
    const std::vector<row> rows{
        {"RCPT", "550 5.1.1 no such user", delivery_outcome::refused},
        {"RCPT", "553-not\r\n553 here", delivery_outcome::refused},
        {"RCPT", "451 4.7.1 later, please", delivery_outcome::not_now},
        {"RCPT", "452 4.2.2 mailbox full", delivery_outcome::not_now},
        {"text", "554 5.7.1 it looks like spam", delivery_outcome::refused},
        {"text", "452 4.3.1 disk full", delivery_outcome::not_now},
        {"DATA", "554 no", delivery_outcome::refused},
        {"MAIL", "550 5.7.1 who are you?", delivery_outcome::not_now},
        {"MAIL", "421 going down", delivery_outcome::not_now},
        {"greeting", "554 no SMTP here", delivery_outcome::not_now},
        {"greeting", "220", delivery_outcome::taken},
        {"greeting", "HTTP/1.1 400 Bad Request", delivery_outcome::not_now},
    };
    for (const row& r : rows) {
        CAPTURE(r.command, r.answer);
        mail_server server(saying(r.command, r.answer));
        const delivery told = p.send_to(server);
        CAPTURE(told.note);
        CHECK(told.outcome == r.outcome);
        if (r.outcome != delivery_outcome::taken && r.command != "greeting")
            CHECK_THAT(told.note, contains(r.answer.substr(r.answer.rfind('\n') + 1)));
    }
}

TEST_CASE("a server that hangs does so for one deadline at most") {
    post p;
    p.options.deadline = 1000ms;
    const std::string where = GENERATE("greeting", "EHLO", "RCPT", "DATA", "text");
    CAPTURE(where);
    mail_server server(saying(where, "hang"));
    const auto began = std::chrono::steady_clock::now();
    const delivery told = p.send_to(server);
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("a server that hangs when the mail is through has it") {
    post p;
    p.options.deadline = 2000ms;
    mail_server server(saying("QUIT", "hang"));
    const auto began = std::chrono::steady_clock::now();
    CHECK(p.send_to(server).outcome == delivery_outcome::taken);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("nobody listens") {
    post p;
    std::uint16_t port = 0;
    {
        mail_server server({});
        port = server.port();
    }
    const delivery told = p.send(*parse_smtp_url("smtp://" + credentials + "127.0.0.1:" + std::to_string(port)));
    CHECK(told.outcome == delivery_outcome::not_now);
    CHECK_THAT(told.note, contains("127.0.0.1"));
}

TEST_CASE("a recipient that is no address is not put on the wire") {
    post p;
    mail_server server({});
    auto m = post::message();
    m.recipient = "ops@acme.example>\r\nRCPT TO:<everybody@example.org";
    const delivery told = p.send(*parse_smtp_url("smtp://127.0.0.1:" + std::to_string(server.port())), m);
    CHECK(told.outcome == delivery_outcome::refused);
    CHECK(server.connections() == 0);
}

TEST_CASE("who stops waiting breaks the transfer off at once, and the next one goes through") {
    post p;
    mail_server hanging(saying("greeting", "hang")), living({});
    const auto to_hanging = p.channel_to(*parse_smtp_url("smtp://127.0.0.1:" + std::to_string(hanging.port())));
    boost::asio::cancellation_signal cancel;
    bool aborted = false, ended = false;
    auto over = [&](std::exception_ptr broken, delivery) {
        ended = true;
        aborted = broken != nullptr;
    };
    boost::asio::co_spawn(p.loop, to_hanging->deliver(post::message()),
                          boost::asio::bind_cancellation_slot(cancel.slot(), over));
    run_until(p.loop, [&] { return hanging.connections() == 1; });
    const auto began = std::chrono::steady_clock::now();
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_until(p.loop, [&] { return ended; });
    CHECK(aborted);
    run_until(p.loop, [&] { return hanging.ended() == 1; });
    CHECK(std::chrono::steady_clock::now() - began < 900ms);  // libcurl looks up once a second by itself
    CHECK(p.send_to(living).outcome == delivery_outcome::taken);
}

TEST_CASE("a channel goes away in the middle of a transfer, at once") {
    post p;
    mail_server hanging(saying("RCPT", "hang"));
    auto channel = p.channel_to(*parse_smtp_url("smtp://127.0.0.1:" + std::to_string(hanging.port())));
    boost::asio::cancellation_signal cancel;
    bool ended = false;
    auto over = [&](std::exception_ptr, delivery) { ended = true; };
    boost::asio::co_spawn(p.loop, channel->deliver(post::message()),
                          boost::asio::bind_cancellation_slot(cancel.slot(), over));
    run_until(p.loop, [&] { return hanging.commands().size() == 3; });
    const auto began = std::chrono::steady_clock::now();
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_until(p.loop, [&] { return ended; });
    channel.reset();
    CHECK(std::chrono::steady_clock::now() - began < 900ms);
    run_until(p.loop, [&] { return hanging.ended() == 1; });
    // Above all not the end of a text: half a mail would pass for a whole one.
    CHECK(hanging.said_to_silence().empty());
}

TEST_CASE("addresses of mail servers") {
    const auto full = *parse_smtp_url("smtps://slip%40way:p%3Aw@mail.example.org");
    CHECK(full.host == "mail.example.org");
    CHECK(full.port == 465);
    CHECK(full.tls_first);
    CHECK(full.user.reveal() == "slip@way");
    CHECK(full.password.reveal() == "p:w");
    CHECK(parse_smtp_url("smtp://mail.example.org")->port == 587);
    CHECK(parse_smtp_url("smtp://mail.example.org")->starttls == starttls::required);
    CHECK(parse_smtp_url("smtp://[::1]:25")->host == "::1");
    CHECK(parse_smtp_url("smtp://[::1]:25")->starttls == starttls::never);
    CHECK(parse_smtp_url("smtp://u:p@localhost:25")->starttls == starttls::where_offered);
    for (const std::string bad :
         {"", "mail.example.org", "http://u:topsecret@h", "smtp://", "smtp://u:topsecret@",
          "smtp://u:topsecret@h:99999", "smtp://u:topsecret@h:0", "smtp://u:topsecret@h/path", "smtp://u:topsecret@h?q",
          "smtp://topsecret@h", "smtp://u:topsecret@h o", "smtp://u;AUTH=PLAIN:topsecret@h"}) {
        CAPTURE(bad);
        const auto parsed = parse_smtp_url(bad);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().kind == error_kind::configuration);
        CHECK_THAT(parsed.error().message, !contains("topsecret"));
    }
}
