#include "adapters/cli/embedded_api.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <utility>

namespace slipway::cli {

using boost::asio::awaitable;

namespace {

// With secrets of their own, which the service takes: a verb may open it more than once.
result<composition::configuration> settings_again(const invocation& in) {
    auto settings = composition::configure(in.environment, in.typed.database_url);
    if (!settings) return settings.error();
    settings->token.reset();
    if (in.settings.token) settings->token.emplace(std::string(in.settings.token->reveal()));
    return settings;
}

}  // namespace

result<std::unique_ptr<embedded_api>> embedded_api::open(boost::asio::io_context& loop, const invocation& in,
                                                         database_use use, engine_clock& clock,
                                                         engine_observer& progress) {
    auto settings = settings_again(in);
    if (!settings) return settings.error();
    composition::service_root::asked how;
    how.actor = actor_name();
    how.told = &progress;
    how.waiting = [&out = in.out](const std::string& sentence) { out.note(sentence); };
    how.only_look = use == database_use::none || use == database_use::read;
    how.engine.take_orders_only = use == database_use::order;
    if (use == database_use::none) settings->database = composition::location{};
    // Who only reads has nothing to do with what the service is told for its work.
    composition::service_settings service;
    if (!how.only_look) {
        auto configured = composition::configure_service(in.environment, *settings);
        if (!configured) return configured.error();
        service = *std::move(configured);
    }
    auto root = composition::service_root::open(loop, *settings, service, clock, std::move(how));
    if (!root) return root.error();
    std::unique_ptr<embedded_api> out(new embedded_api(clock));
    out->root_ = *std::move(root);
    return out;
}

awaitable<result<void>> embedded_api::start() {
    if (root_->engine() != nullptr) co_return co_await root_->start();
    co_return result<void>{};
}

awaitable<result<net::http_response>> embedded_api::ask(net::http_request request) {
    net::http_caller this_process;
    this_process.unix_socket = true;
    auto reply = co_await root_->handler().handle(request, std::move(this_process));
    for (auto& header : request.headers) wipe(header.value);
    wipe(request.body);
    net::http_response out;
    out.status = reply.status;
    out.headers = std::move(reply.headers);
    out.body = std::move(reply.body);
    co_return out;
}

// The engine tells only what it appends itself.
awaitable<result<void>> embedded_api::skip_history(std::string) {
    co_return result<void>{};
}

awaitable<result<std::vector<vm_view>>> embedded_api::read(std::vector<std::string> streams) {
    std::vector<vm_view> views;
    for (std::string& stream : streams) {
        vm_view view;
        view.stream.text = std::move(stream);
        const auto records = co_await root_->log().read_stream(view.stream, 0);
        if (!records) co_return records.error();
        auto state = replay(*records);
        if (!state) co_return state.error();
        view.state = *std::move(state);
        if (!records->empty()) {
            view.created_at = records->front().at;
            view.changed_at = records->back().at;
        }
        views.push_back(std::move(view));
    }
    co_return views;
}

awaitable<result<std::vector<vm_view>>> embedded_api::wait_for(std::vector<std::string> streams) {
    for (const std::string& text : streams) {
        stream_id stream;
        stream.text = text;
        co_await root_->engine()->until_at_rest(std::move(stream));
    }
    co_return co_await read(std::move(streams));
}

awaitable<void> embedded_api::stop() {
    using namespace boost::asio::experimental::awaitable_operators;
    if (root_->engine() == nullptr) co_return;
    auto stopping = root_->engine()->stop();
    auto patience = clock_.sleep(std::chrono::seconds{5});
    co_await (std::move(stopping) || std::move(patience));
}

}  // namespace slipway::cli
