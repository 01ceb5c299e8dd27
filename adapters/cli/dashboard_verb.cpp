// slipway dashboard: the web page for whoever is at hand, on loopback, for whoever opens the link first. A daemon does what
// is asked for on it; a database that no daemon serves is shown, and nothing is done with it.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/dashboard/page_host.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"
#include "engine/runtime/system.hpp"

#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

struct dashboard_verb final : verb {
    int port = 0;

    token_need token() const override { return token_need::kept; }

    void take(option_list& options) override {
        options.add({.name = "--port",
                     .help = "Of the page on 127.0.0.1 (a free one)",
                     .into = &port,
                     .placeholder = "P",
                     .between = {1, 65535}});
    }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "event log to show");
        api_session session(in, database_use::read, interrupt::ends_it);
        return session.run([&](api_session& s) { return serve(s); });
    }

private:
    awaitable<int> serve(api_session& s) const {
        const auto there = co_await s.ask("GET", "/v1/overview");
        if (!there.good()) co_return there.code;
        const std::string carried = random_hex(32);
        page_host host(one_time_link(secret(carried), secret(random_hex(32))),
                       [&s](net::http_request request) { return s.forward(std::move(request)); }, s.clock());
        net::http_server server(
            s.executor(), [&host](const net::http_request& request, net::http_caller) { return host.answer(request); },
            net::server_limits(), net::fault_listener(),
            [&host](const net::http_request& head, const net::http_caller&) { return host.admit(head); });
        net::listen_address address;
        address.host = "127.0.0.1";
        address.port = static_cast<std::uint16_t>(port);
        const auto listening = server.listen(address);
        if (!listening) co_return complain(s.in().out, listening.error());
        show(s.in(), "http://" + listening->text() + "/#link=" + carried, s.remote());
        co_await s.interrupted();
        co_await server.stop(std::chrono::milliseconds{500});
        co_return exit_done;
    }

    static void show(invocation& in, const std::string& link, bool acts) {
        if (in.typed.json) {
            nlohmann::ordered_json document = nlohmann::ordered_json::object();
            document["link"] = link;
            in.out.result(document_text(document));
            return;
        }
        in.out.result(link + "\n");
        in.out.note(std::string("The link works once, for one tab; Ctrl-C ends the page.") +
                    (acts ? "" : " No daemon serves this database, so the page shows it and changes nothing."));
    }
};

}  // namespace

made_verb dashboard() { return std::make_unique<dashboard_verb>(); }

}  // namespace slipway::cli
