#include "adapters/daemon/serve.hpp"

#include "adapters/composition/service_root.hpp"
#include "adapters/daemon/front_door.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/async/task_group.hpp"
#include "engine/runtime/named_lease.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <utility>

namespace slipway::daemon {

using composition::configuration;
using composition::service_root;
using composition::service_settings;

namespace {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

// SIGTERM to the end: 5 s, of which answers in hand get the first part.
constexpr milliseconds answers_in_hand{1500};
constexpr milliseconds steps_in_hand{3000};
constexpr auto first_audit = std::chrono::minutes{10};
constexpr std::chrono::minutes between_looks{5}, after_a_look_in_vain{1};
constexpr milliseconds between_measurements{1000};
constexpr auto between_audits = std::chrono::hours{24};

class running_daemon {
public:
    running_daemon(const service_manager& systemd, read_settings again) : systemd_(systemd), again_(std::move(again)) {}

    result<void> run(configuration c, service_settings s) {
        const auto addresses = s.listen;
        sweep_every_ = seconds{std::min(s.poll_interval_s, s.termination_poll_interval_s)};
        provisioning_ = s.provisioning.value_or(false);
        auto opened = service_root::open(loop_, c, s, clock_, service_root::asked{});
        if (!opened) return opened.error();
        root_ = *std::move(opened);
        auditor_ = std::make_unique<named_lease>(root_->leases(), clock_, "daily audit");
        teller_ = std::make_unique<named_lease>(root_->leases(), clock_, "overdue");
        chatter_ = std::make_unique<named_lease>(root_->leases(), clock_, "discord");
        // The handler is looked up for each request: SIGHUP replaces it.
        server_ = std::make_unique<net::http_server>(
            loop_.get_executor(),
            [this](const net::http_request& request, net::http_caller from) {
                return page_or_answer(root_->handler(), request, std::move(from));
            },
            net::server_limits(), net::fault_listener(),
            [this](const net::http_request& head, const net::http_caller& from) {
                return page_or_admit(root_->handler(), head, from);
            });

        result<void> outcome;
        std::exception_ptr problem;
        boost::asio::co_spawn(loop_, life(addresses), [&](std::exception_ptr thrown, result<void> ended) {
            problem = thrown;
            outcome = std::move(ended);
            loop_.stop();
        });
        loop_.run();
        server_.reset();
        auditor_.reset();
        teller_.reset();
        chatter_.reset();
        root_.reset();
        if (problem) std::rethrow_exception(problem);
        return outcome;
    }

private:
    awaitable<result<void>> life(std::vector<net::listen_address> addresses) {
        using namespace boost::asio::experimental::awaitable_operators;
        auto started = co_await root_->start();
        if (!started) co_return started.error();
        // Before anybody can give it work: whoever tells it to stop from now on has its leases given back, too.
        boost::asio::signal_set signal(loop_, SIGTERM, SIGINT, SIGHUP);
        std::string listening_on;
        for (const auto& address : addresses) {
            const auto listening = server_->listen(address);
            if (!listening) co_return listening.error();
            spdlog::info("listening on {}", listening->text());
            listening_on += (listening_on.empty() ? "" : ", ") + listening->text();
        }
        const auto taken = co_await root_->engine()->resume();
        if (!taken) {
            co_await root_->engine()->stop();
            co_return taken.error();
        }
        root_->notifier().start();
        spdlog::info("ready: {} VMs and contracts taken up, contracts {}", taken->size(),
                     provisioning_ ? "are provisioned" : "are not provisioned");
        systemd_.tell("READY=1\nSTATUS=ready on " + listening_on);

        task_group until_then(loop_.get_executor());
        until_then.spawn(sweep());
        until_then.spawn(daily_audit());
        until_then.spawn(keep_watchdog());
        until_then.spawn(look_around());
        until_then.spawn(run_bot());
        until_then.spawn(measure_lag());
        until_then.spawn(watch_overdue());
        co_await until_told_to_stop(signal);
        co_await until_then.finish();

        systemd_.tell("STOPPING=1\nSTATUS=stopping");
        co_await server_->stop(answers_in_hand);
        auto engine = root_->engine()->stop();
        auto messages = root_->notifier().stop();
        auto audited = auditor_->release();
        auto told = teller_->release();
        auto chatted = chatter_->release();
        auto patience = clock_.sleep(steps_in_hand);
        co_await ((std::move(engine) && std::move(messages) && std::move(audited) && std::move(told) && std::move(chatted)) || std::move(patience));
        spdlog::info("stopped; the next start goes on from here");
        co_return result<void>{};
    }

    awaitable<void> until_told_to_stop(boost::asio::signal_set& signal) {
        for (;;) {  // named first: as a loop's condition GCC 12 makes wrong code of it
            const int number = co_await signal.async_wait(boost::asio::use_awaitable);
            if (number != SIGHUP) co_return;
            co_await reread();
        }
    }

    awaitable<void> reread() {
        auto settings = again_();
        if (settings) {
            auto used = co_await root_->use(std::move(settings->first), std::move(settings->second));
            if (!used) settings = used.error();
        }
        if (settings)
            spdlog::info("the secrets were read again");
        else
            spdlog::error("the secrets stay as they were: {}", settings.error().message);
    }

    // Commands wake their streams at once; this catches whatever was missed.
    awaitable<void> sweep() {
        for (;;) {
            co_await clock_.sleep(sweep_every_);
            const auto taken = co_await root_->engine()->resume();
            if (!taken) spdlog::error("{}", taken.error().message);
        }
    }

    // By one of the processes that share a store.
    awaitable<void> daily_audit() {
        using namespace boost::asio::experimental::awaitable_operators;
        auto kept = auditor_->keep();
        auto work = auditor_->while_held([this] { return audit(); });
        co_await (std::move(kept) && std::move(work));
    }

    // Seen by each of the processes that share a store, told by one.
    awaitable<void> watch_overdue() {
        using namespace boost::asio::experimental::awaitable_operators;
        auto kept = teller_->keep();
        auto raised = root_->overdue().keep_raising();
        auto told = teller_->while_held([this] { return root_->overdue().keep_telling(); });
        co_await (std::move(kept) && std::move(raised) && std::move(told));
    }

    // Whether the log is as far as the projects: known before anything is ordered, told without being asked, and seen
    // when it is settled.
    awaitable<void> look_around() {
        for (;;) {
            service::origin from;
            from.actor = "slipwayd";
            const auto all = co_await root_->market().look_around(std::move(from));
            const bool done = all && *all;
            const milliseconds pause = done ? between_looks : after_a_look_in_vain;
            co_await clock_.sleep(pause);
        }
    }

    // By one of the processes that share a store: Discord takes a session for the whole of the bot.
    awaitable<void> run_bot() {
        using namespace boost::asio::experimental::awaitable_operators;
        for (; !root_->bot();) co_await clock_.sleep(std::chrono::hours{24});
        auto kept = chatter_->keep();
        auto work = chatter_->while_held([this] { return chat(); });
        co_await (std::move(kept) && std::move(work));
    }

    // A bug of the bot's is not the daemon's end.
    awaitable<void> chat() {
        for (;;) {
            try {
                co_await root_->bot()->run();
            } catch (const boost::system::system_error& ended) {
                if (ended.code() == boost::asio::error::operation_aborted) throw;
                spdlog::error("the Discord bot has met a fault of slipway's, please report it: {}", ended.what());
            } catch (const std::exception& broken) {
                spdlog::error("the Discord bot has met a fault of slipway's, please report it: {}", broken.what());
            }
            co_await clock_.sleep(std::chrono::minutes{1});
        }
    }

    awaitable<void> audit() {
        co_await clock_.sleep(first_audit);
        for (;;) {
            service::origin daily;
            daily.actor = "daily audit";
            const auto report = co_await root_->service().audit(std::move(daily));
            if (report)
                for (const std::string& line : report->not_asked) spdlog::warn("audit: {}", line);
            else
                spdlog::warn("audit: {}", report.error().message);
            co_await clock_.sleep(between_audits);
        }
    }

    awaitable<void> measure_lag() {
        for (;;) {
            const auto told = std::chrono::steady_clock::now() + between_measurements;
            co_await clock_.sleep(between_measurements);
            root_->meters().loop_lagged(std::chrono::steady_clock::now() - told);
        }
    }

    // Comes from the loop itself: a loop that is stuck is what the watchdog is there for.
    awaitable<void> keep_watchdog() {
        const auto every = systemd_.watchdog();
        for (;;) {
            co_await clock_.sleep(every.value_or(std::chrono::hours{1}));
            if (every) systemd_.tell("WATCHDOG=1");
        }
    }

    const service_manager& systemd_;
    read_settings again_;
    system_clock clock_;
    boost::asio::io_context loop_{1};
    milliseconds sweep_every_{10'000};
    bool provisioning_ = false;
    std::unique_ptr<service_root> root_;
    std::unique_ptr<named_lease> auditor_;
    std::unique_ptr<named_lease> teller_;
    std::unique_ptr<named_lease> chatter_;
    std::unique_ptr<net::http_server> server_;
};

}  // namespace

result<void> serve(configuration c, service_settings s, const service_manager& systemd, read_settings again) {
    running_daemon daemon(systemd, std::move(again));
    return daemon.run(std::move(c), std::move(s));
}

}  // namespace slipway::daemon
