#include "adapters/cli/embedded_api.hpp"

#include "adapters/cli/verbs.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace slipway::cli {

using boost::asio::awaitable;

result<std::unique_ptr<embedded_api>> embedded_api::open(boost::asio::io_context& loop, composition::configuration& c,
                                                         const composition::environment& environment, engine_clock& clock,
                                                         engine_observer& progress, bool orders_only) {
    auto service = composition::configure_service(environment, c);
    if (!service) return service.error();
    engine_options options;
    options.take_orders_only = orders_only;
    std::unique_ptr<embedded_api> out(new embedded_api(clock));
    auto root = composition::service_root::open(loop, c, *service, clock, options, &progress, actor_name());
    if (!root) return root.error();
    out->root_ = *std::move(root);
    return out;
}

awaitable<result<void>> embedded_api::start() {
    return root_->start();
}

awaitable<result<net::http_response>> embedded_api::ask(net::http_request request) {
    auto reply = co_await root_->handler().handle(request, true);
    for (auto& header : request.headers) wipe(header.value);
    wipe(request.body);
    net::http_response out;
    out.status = reply.status;
    out.headers = std::move(reply.headers);
    out.body = std::move(reply.body);
    co_return out;
}

// The engine tells only what it appends itself.
awaitable<result<void>> embedded_api::mark(std::string) {
    co_return result<void>{};
}

awaitable<result<std::vector<vm_view>>> embedded_api::rest(std::vector<std::string> streams, bool) {
    std::vector<vm_view> views;
    for (std::string& stream : streams) {
        vm_view view;
        view.stream.text = std::move(stream);
        view.state = co_await engine().until_at_rest(view.stream);
        auto records = co_await root_->log().read_stream(view.stream, 0);
        if (!records) co_return records.error();
        if (!records->empty()) {
            view.created_at = records->front().at;
            view.changed_at = records->back().at;
        }
        views.push_back(std::move(view));
    }
    co_return views;
}

awaitable<void> embedded_api::stop() {
    using namespace boost::asio::experimental::awaitable_operators;
    auto stopping = engine().stop();
    auto patience = clock_.sleep(std::chrono::seconds{5});
    co_await (std::move(stopping) || std::move(patience));
}

}  // namespace slipway::cli
