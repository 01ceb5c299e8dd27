#include "adapters/notify/notifier.hpp"

#include "adapters/net/http_client.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"
#include "adapters/notify/follower.hpp"
#include "adapters/notify/sender.hpp"
#include "adapters/notify/smtp.hpp"
#include "adapters/notify/telegram.hpp"
#include "adapters/notify/message_text.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <list>
#include <vector>

namespace slipway::notify {

namespace asio = boost::asio;

struct notifier::inside : std::enable_shared_from_this<notifier::inside> {
    inside(const asio::any_io_executor& on, parts given) : loop(on), with(std::move(given)) {
        if (!with.say) with.say = [](const std::string&) {};
    }

    void add(std::unique_ptr<channel> to) {
        senders.push_back(std::make_unique<sender>(with.clock, with.box, std::move(to), with.say));
    }

    void spawn(asio::awaitable<void> work) {
        ++running;
        auto& cancel = cancels.emplace_back();
        auto ended = [self = shared_from_this()](std::exception_ptr broken) {
            --self->running;
            self->all_stopped.notify_all();
            if (broken && !self->stopping) std::rethrow_exception(broken);  // a bug
        };
        asio::co_spawn(loop, std::move(work), asio::bind_cancellation_slot(cancel.slot(), std::move(ended)));
    }

    asio::any_io_executor loop;
    parts with;
    std::vector<std::unique_ptr<sender>> senders;
    std::unique_ptr<follower> reader;
    std::list<asio::cancellation_signal> cancels;  // of what runs
    wakeup all_stopped;
    std::size_t running = 0;
    bool stopping = false;
};

namespace {

error wrong(const std::string& variable, const std::string& why) {
    return make_error(error_kind::configuration, variable + " " + why + ".");
}

result<std::unique_ptr<channel>> email(const asio::any_io_executor& loop, const settings& from) {
    auto server = parse_smtp_url(from.smtp_url.reveal());
    if (server.has_error()) return wrong("SLIPWAY_SMTP_URL", server.error().message);
    auto sender = parse_mailbox(from.mail_from);
    if (sender.has_error())
        return wrong("SLIPWAY_MAIL_FROM",
                     from.mail_from.empty() ? "is missing: mail needs a sender" : sender.error().message);
    if (!from.ca_file.empty())
        if (const auto readable = net::client_tls(from.ca_file); readable.has_error()) return readable.error();
    smtp_options options;
    options.ca_file = from.ca_file;
    return make_smtp_channel(loop, *std::move(server), *std::move(sender), std::move(options));
}

result<std::unique_ptr<channel>> telegram(settings& from) {
    if (!is_telegram_token(from.telegram_token.reveal()))
        return wrong("TELEGRAM_BOT_TOKEN", "is no bot's token; it looks like 123456:ABC-DEF");
    const auto base = net::parse_endpoint(from.telegram_base);
    if (base.has_error()) return wrong("TELEGRAM_API_BASE", "cannot be used: " + base.error().message);
    net::tls_context tls;
    if (base->tls()) {
        auto made = net::client_tls(from.ca_file);
        if (made.has_error()) return made.error();
        tls = *std::move(made);
    }
    net::http_limits limits;
    limits.connections = 1;
    limits.body = 64u << 10;
    return make_telegram_channel(net::make_http_client(*base, std::move(tls), limits), base->path,
                                 std::move(from.telegram_token));
}

}  // namespace

result<std::unique_ptr<notifier>> notifier::create(const asio::any_io_executor& loop, settings from, parts with) {
    auto made = std::make_shared<inside>(loop, std::move(with));
    reachable_by ways;
    if (!from.smtp_url.empty()) {
        auto channel = email(loop, from);
        if (channel.has_error()) return channel.error();
        made->add(*std::move(channel));
        ways.email = true;
    }
    if (!from.telegram_token.empty()) {
        auto channel = telegram(from);
        if (channel.has_error()) return channel.error();
        made->add(*std::move(channel));
        ways.telegram = true;
    }
    made->reader = std::make_unique<follower>(made->with, ways, [senders = &made->senders] {
        for (const auto& one : *senders) one->wake();
    });
    return std::unique_ptr<notifier>(new notifier(std::move(made)));
}

notifier::notifier(std::shared_ptr<inside> made) : inside_(std::move(made)) {}
notifier::~notifier() = default;

void notifier::start() {
    inside_->spawn(inside_->reader->run());
    for (const auto& one : inside_->senders) inside_->spawn(one->run());
}

void notifier::appended(const std::vector<event_record>& records) {
    if (std::any_of(records.begin(), records.end(), is_told)) inside_->reader->wake();
}

asio::awaitable<void> notifier::stop() {
    const auto kept = inside_;
    kept->stopping = true;
    for (auto& cancel : kept->cancels) cancel.emit(asio::cancellation_type::terminal);
    while (kept->running > 0) co_await kept->all_stopped.wait();
}

}  // namespace slipway::notify
