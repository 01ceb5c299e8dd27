#include "adapters/composition/service_root.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace slipway::composition {

// The daemon's own watch and, in the CLI, what shows progress.
class service_root::both final : public engine_observer {
public:
    explicit both(engine_observer* also) : also_(also) {}

    watch own;

    void appended(const vm_state& state, const std::vector<event_record>& records) override {
        own.appended(state, records);
        if (also_) also_->appended(state, records);
    }
    void recipe_output(const stream_id& stream, std::string_view text) override {
        if (also_) also_->recipe_output(stream, text);
    }
    void stream_trouble(const stream_id& stream, const std::string& message) override {
        own.stream_trouble(stream, message);
        if (also_) also_->stream_trouble(stream, message);
    }
    void log_trouble(const std::string& message) override {
        own.log_trouble(message);
        if (also_) also_->log_trouble(message);
    }

private:
    engine_observer* also_;
};

service_root::~service_root() = default;

result<std::unique_ptr<service_root>> service_root::open(boost::asio::io_context& loop, configuration& c,
                                                         service_settings& s, engine_clock& clock,
                                                         engine_options options, engine_observer* also,
                                                         std::string actor) {
    std::unique_ptr<service_root> out(new service_root);
    hetzner::project_settings hetzner;
    hetzner.endpoint = c.endpoint;
    hetzner.ca_file = c.ca_file;
    hetzner.catalog_directory = c.cache_directory;
    auto projects = hetzner::projects::create(std::move(hetzner), clock);
    if (!projects) return projects.error();
    out->projects_ = *std::move(projects);
    if (c.token) {
        secret token = *std::exchange(c.token, std::nullopt);
        if (auto added = out->projects_->add_direct(std::move(token)); !added) return added.error();
    }

    options.late_grace = std::chrono::seconds{c.late_grace_s};
    options.hold_contracts = !s.provisioning.value_or(false);
    out->observers_ = std::make_unique<both>(also);
    auto opened = installation::open(loop, c, *out->projects_, clock, *out->observers_, options);
    if (!opened) return opened.error();
    out->installation_ = *std::move(opened);

    std::shared_ptr<const vault::sealing_key> sealing;
    if (c.sealing) sealing = std::make_shared<vault::sealing_key>(*std::exchange(c.sealing, std::nullopt));
    marketplace_settings rules;
    rules.provisioning = s.provisioning.value_or(false);
    rules.server_types = c.server_types;
    rules.locations = c.locations;
    rules.ssh_timeout_s = c.ssh_timeout_s;
    rules.recipe_timeout_s = c.recipe_timeout_s;
    const marketplace::parts parts{loop.get_executor(), out->engine(),    out->log(), out->installation_->registry(),
                                   *out->projects_,     clock};
    out->market_ = std::make_unique<marketplace>(parts, std::move(rules), std::move(sealing));
    out->asked_.actor = std::move(actor);
    out->handler_ = std::make_unique<api::handler>(*out->market_, std::exchange(s.api_token, std::nullopt), out->asked_);

    const auto say = [](const std::string& line) { spdlog::warn("{}", line); };
    const notify::parts with{out->log(), out->installation_->outbox(), out->installation_->registry(), clock, say, {}};
    auto notifier = notify::notifier::create(loop.get_executor(), std::move(s.notify), with);
    if (!notifier) return notifier.error();
    out->notifier_ = *std::move(notifier);

    watch& own = out->observers_->own;
    own.on_events = [market = out->market_.get(), notifier = out->notifier_.get()](const auto& records) {
        market->appended(records.back().seq);
        notifier->poke(records);
    };
    own.on_trouble = [market = out->market_.get()](const std::string& why) { market->set_trouble(why); };
    return out;
}

boost::asio::awaitable<result<void>> service_root::start() {
    return market_->start();
}

result<void> service_root::use(configuration& c, service_settings& s) {
    if (c.sealing) {
        auto key = std::make_shared<vault::sealing_key>(*std::exchange(c.sealing, std::nullopt));
        if (auto used = market_->use_key(std::move(key)); !used) return used.error();
    }
    if (c.token) {
        secret token = *std::exchange(c.token, std::nullopt);
        if (auto added = projects_->add_direct(std::move(token)); !added) return added.error();
    }
    // Where none is given any more the old one stays: the port that it guards is still open.
    if (s.api_token)
        handler_ = std::make_unique<api::handler>(*market_, std::exchange(s.api_token, std::nullopt), asked_);
    return {};
}

}  // namespace slipway::composition
