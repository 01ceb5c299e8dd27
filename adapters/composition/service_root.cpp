#include "adapters/composition/service_root.hpp"

#include "adapters/composition/log_surroundings.hpp"
#include "adapters/hetzner/project_directory.hpp"
#include "engine/service/audit.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace slipway::composition {

struct service_root::notifying final : engine_observer {
    explicit notifying(notify::notifier& told) : notifier(told) {}
    void appended(const vm_state&, const std::vector<event_record>& records) override { notifier.appended(records); }
    void log_grew() override { notifier.log_grew(); }
    notify::notifier& notifier;
};

struct service_root::bot_told final : engine_observer {
    explicit bot_told(discord::bot& told) : bot(told) {}
    void appended(const vm_state&, const std::vector<event_record>& records) override { bot.appended(records); }
    discord::bot& bot;
};

namespace {

void say_of_discord(discord::bot_says how, const std::string& sentence) {
    if (how == discord::bot_says::trouble)
        spdlog::warn("{}", sentence);
    else
        spdlog::info("{}", sentence);
}

result<void> use_direct_token(hetzner::project_directory& projects, configuration& c) {
    if (!c.token) return {};
    secret token = *std::exchange(c.token, std::nullopt);
    return projects.use_direct(std::move(token));
}

// Of a server of this provider's; empty where its catalog cannot be had.
boost::asio::awaitable<std::string> cost_per_day(projects& in, std::string provider, std::string type,
                                                 std::string location) {
    const auto project = co_await in.find(std::move(provider));
    if (!project) co_return std::string();
    const auto prices = co_await (*project)->catalog();
    if (!prices) co_return std::string();
    co_return service::cost_per_day(prices->get(), type, location);
}

}  // namespace

service_root::~service_root() = default;

result<std::unique_ptr<service_root>> service_root::open(boost::asio::io_context& loop, configuration& c,
                                                         service_settings& s, engine_clock& clock, asked how) {
    std::unique_ptr<service_root> out(new service_root);
    auto opened = how.only_look ? installation::open_to_read(c) : installation::open(loop, c);
    if (!opened) return opened.error();
    out->installation_ = *std::move(opened);
    installation& here = *out->installation_;
    out->tokens_ =
        std::make_unique<service::kept_tokens>(loop.get_executor(), here.registry(), clock, c.sealing);

    hetzner::project_settings hetzner;
    hetzner.endpoint = out->endpoint_ = c.endpoint;
    hetzner.for_direct_only = c.endpoint_for_token_only;
    hetzner.waiting = std::move(how.waiting);
    if (!hetzner.waiting) hetzner.waiting = [](const std::string& sentence) { spdlog::info("{}", sentence); };
    hetzner.answered = [measured = &out->meters_](int status) { measured->hetzner_answered(status); };
    hetzner.ca_file = c.ca_file;
    hetzner.catalog_directory = c.cache_directory;
    auto projects = hetzner::project_directory::create(std::move(hetzner), clock, out->tokens_.get());
    if (!projects) return projects.error();
    out->projects_ = *std::move(projects);
    if (auto used = use_direct_token(*out->projects_, c); !used) return used.error();

    if (!how.only_look) {
        engine_options options = how.engine;
        options.late_grace = std::chrono::seconds{c.late_grace_s};
        options.hold_contracts = !s.provisioning.value_or(false);
        out->engine_ = here.make_engine(loop, *out->projects_, clock, out->observers_, options);
    }
    service::marketplace_settings rules;
    rules.provisioning = s.provisioning.value_or(false);
    rules.server_types = c.server_types;
    rules.locations = c.locations;
    rules.ssh_timeout_s = c.ssh_timeout_s;
    rules.recipe_timeout_s = c.recipe_timeout_s;
    rules.overdue_after_s = c.overdue_after_s;
    const service::marketplace::parts parts{loop.get_executor(), out->engine(),  here.log(), here.registry(),
                                            *out->projects_,     *out->tokens_, clock,      &out->meters_, &here.outbox(),
                                            &here.documents()};
    out->market_ = std::make_unique<service::marketplace>(parts, std::move(rules));
    out->asked_.actor = std::move(how.actor);
    out->asked_.warn = [](const std::string& line) { spdlog::warn("{}", line); };
    out->handler_ = std::make_unique<api::handler>(*out->market_, std::exchange(s.api_token, std::nullopt), out->asked_);
    out->observers_.add(out->meters_);
    out->observers_.add(*out->market_);
    if (how.told)
        out->observers_.add(*how.told);
    else
        out->observers_.add(out->watch_);
    if (how.only_look) {
        if (const std::string trouble = write_trouble(c.database); !trouble.empty()) out->market_->log_trouble(trouble);
        return out;
    }

    const auto say = [](const std::string& line) { spdlog::warn("{}", line); };
    const auto cost = [projects = out->projects_.get()](std::string provider, std::string type, std::string location) {
        return cost_per_day(*projects, std::move(provider), std::move(type), std::move(location));
    };
    const auto addresses = [tokens = out->tokens_.get()](std::string provider, std::string channel) {
        return tokens->address(std::move(provider), std::move(channel));
    };
    const notify::parts with{here.log(), here.outbox(), here.registry(), clock, say, cost, addresses, here.leases()};
    auto notifier = notify::notifier::create(loop.get_executor(), std::move(s.notify), with);
    if (!notifier) return notifier.error();
    out->notifier_ = *std::move(notifier);
    out->notifying_ = std::make_unique<notifying>(*out->notifier_);
    out->observers_.add(*out->notifying_);
    const service::overdue_watch::parts watch_with{
        here.log(), here.documents(), clock, [market = out->market_.get()](stream_id stream) { return market->judge(std::move(stream)); },
        [told = out->notifier_.get()](service::overdue_news news) { return told->tell(std::move(news)); }};
    out->overdue_ = std::make_unique<service::overdue_watch>(watch_with, std::chrono::seconds{c.overdue_after_s});
    out->observers_.add(*out->overdue_);
    if (!s.discord) return out;

    const discord::bot::parts bot_with{loop.get_executor(), *out->market_, here.documents(), here.own_sealing(),
                                       clock, here.random(), say_of_discord};
    out->bot_ = std::make_unique<discord::bot>(*std::exchange(s.discord, std::nullopt), bot_with);
    out->bot_told_ = std::make_unique<bot_told>(*out->bot_);
    out->observers_.add(*out->bot_told_);
    return out;
}

boost::asio::awaitable<result<void>> service_root::use(configuration c, service_settings s) {
    // The connections stay where they are: a token that is meant for somewhere else must not go there.
    if (c.endpoint != endpoint_)
        co_return make_error(error_kind::configuration, "HCLOUD_ENDPOINT has changed; a restart puts that into use");
    if (c.sealing) {
        auto used = co_await tokens_->use(c.sealing);
        if (!used) co_return used.error();
        auto kept = co_await installation_->use(c.sealing);
        if (!kept) co_return kept.error();
    }
    if (auto used = use_direct_token(*projects_, c); !used) co_return used.error();
    // Where none is given any more the old one stays: the port that it guards is still open.
    if (s.api_token)
        handler_ = std::make_unique<api::handler>(*market_, std::exchange(s.api_token, std::nullopt), asked_);
    co_return result<void>{};
}

}  // namespace slipway::composition
