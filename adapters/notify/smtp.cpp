#include "adapters/notify/smtp.hpp"

#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "adapters/notify/curl_thread.hpp"
#include "engine/base/mail_address.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace slipway::notify {

namespace {

constexpr setting smtp_url{"SLIPWAY_SMTP_URL", true, {}};  // smtp://host:587, smtps://user:password@host:465
constexpr setting mail_from{"SLIPWAY_MAIL_FROM", false, {}};
constexpr std::array email_settings{smtp_url, mail_from};

error no_smtp_url(const std::string& why) {
    return make_error(error_kind::configuration,
                      why +
                          "; write smtp://host:587 or smtps://user:password@host:465, with the user and the password "
                          "percent-encoded");
}

// A part of the address, decoded where asked; empty where it has none.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

class smtp_channel final : public channel {
public:
    smtp_channel(const boost::asio::any_io_executor& loop, smtp_server server, mailbox from, smtp_options options)
        : loop_(loop), from_(std::move(from)), thread_(std::move(server), std::move(options)) {}

    std::string_view name() const override { return email_kind.name; }

    boost::asio::awaitable<delivery> deliver(outgoing message) override {
        if (!is_mail_address(message.recipient)) {
            delivery refused;
            refused.outcome = delivery_outcome::refused;
            refused.note = "the provider's mail address cannot be used; correct it with: slipway provider set";
            co_return refused;
        }
        one_shot<delivery> answer(loop_);
        auto mail = std::make_shared<curl_thread::letter>(answer.make_sender());
        mail->from = from_.address;
        mail->to = message.recipient;
        mail->text = write_mail(message, from_);
        const curl_thread::call_back guard(thread_, mail);
        thread_.post(mail);
        co_return co_await answer.receive();
    }

private:
    boost::asio::any_io_executor loop_;
    mailbox from_;
    curl_thread thread_;
};

result<std::unique_ptr<channel>> make_email(const boost::asio::any_io_executor& loop, const settings& from,
                                            const address_source&) {
    auto server = parse_smtp_url(from.of(smtp_url));
    if (server.has_error()) return wrong_setting(smtp_url, server.error().message);
    auto sender = parse_mailbox(from.of(mail_from));
    if (sender.has_error())
        return wrong_setting(mail_from,
                             from.of(mail_from).empty() ? "is missing: mail needs a sender" : sender.error().message);
    if (!from.ca_file.empty())
        if (const auto readable = net::client_tls(from.ca_file); readable.has_error()) return readable.error();
    smtp_options options;
    options.ca_file = from.ca_file;
    return make_smtp_channel(loop, *std::move(server), *std::move(sender), std::move(options));
}

}  // namespace

constinit const channel_kind email_kind{"email", email_settings, make_email};

result<smtp_server> parse_smtp_url(std::string_view text) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    std::string copy(text);
    const bool parsed = url && curl_url_set(url.get(), CURLUPART_URL, copy.c_str(), 0) == CURLUE_OK;
    wipe(copy);
    if (!parsed) return no_smtp_url("is no address of a mail server");
    smtp_server out;
    const std::string scheme = part(url.get(), CURLUPART_SCHEME);
    if (scheme != "smtp" && scheme != "smtps") return no_smtp_url("does not begin with smtp:// or smtps://");
    out.tls_first = scheme == "smtps";
    const std::string path = part(url.get(), CURLUPART_PATH);
    if ((!path.empty() && path != "/") || !part(url.get(), CURLUPART_QUERY).empty() ||
        !part(url.get(), CURLUPART_FRAGMENT).empty() || !part(url.get(), CURLUPART_OPTIONS).empty())
        return no_smtp_url("has something behind the host and the port");
    out.host = part(url.get(), CURLUPART_HOST);
    if (out.host.starts_with('[')) out.host = out.host.substr(1, out.host.size() - 2);
    if (out.host.empty()) return no_smtp_url("names no host");
    out.port = out.tls_first ? 465 : 587;
    if (const std::string port = part(url.get(), CURLUPART_PORT); !port.empty()) {
        const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
        if (failed != std::errc{} || out.port == 0) return no_smtp_url("has no port that can be used");
    }
    out.user = secret(part(url.get(), CURLUPART_USER, CURLU_URLDECODE));
    out.password = secret(part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE));
    if (out.user.empty() != out.password.empty())
        return no_smtp_url("has a user without a password, or the other way round");
    if (out.tls_first)
        out.starttls = starttls::never;
    else if (net::is_loopback_host(out.host))
        out.starttls = out.user.empty() ? starttls::never : starttls::where_offered;
    return out;
}

std::unique_ptr<channel> make_smtp_channel(const boost::asio::any_io_executor& loop, smtp_server server, mailbox from,
                                           smtp_options options) {
    return std::make_unique<smtp_channel>(loop, std::move(server), std::move(from), std::move(options));
}

}  // namespace slipway::notify
