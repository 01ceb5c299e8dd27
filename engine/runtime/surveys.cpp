#include "engine/runtime/surveys.hpp"

#include "engine/runtime/ownership.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace slipway {

using boost::asio::awaitable;

namespace {

cloud_error log_does_not_answer(const error& e) {
    cloud_error out;
    out.failure = cloud_failure::not_sent;
    out.message = e.message;
    return out;
}

// An older log is settled elsewhere: by who adopts, or deletes what is ahead. That is seen by itself, after a while.
constexpr std::chrono::minutes older_is_news_for{5};

// States in which a stream has a server, or had one: it is as far as any server of its own can be.
bool has_come_so_far(const stream_head& head) {
    return head.ended || head.state == "server_created" || head.state == "ssh_ready" || head.state == "recipe_run" ||
           head.state == "active";
}

}  // namespace

bool is_ahead(const cloud_server& server, const vm_state* state) {
    if (state == nullptr) return true;
    const spine& d = state->data;
    const bool known = (d.server && d.server->id == server.id) || (d.last_server && d.last_server->id == server.id) ||
                       d.leaks(resource_kind::server);
    if (known || state->in("terminated") || state->in("failed")) return false;
    if (d.server) return false;  // a second one: that is another trouble
    // Of which request it is says its mark; one of an earlier release has none.
    const auto mark = server.labels.find(label_order);
    if (mark == server.labels.end()) return d.servers_in_doubt() == 0;
    return std::find(d.orders.begin(), d.orders.end(), mark->second) == d.orders.end();
}

awaitable<cloud_result<survey_ptr>> surveys::look(std::string provider, std::shared_ptr<cloud> project,
                                                  std::chrono::milliseconds at_most) {
    auto& asking = asking_[provider];
    if (!asking) asking = std::make_unique<async_mutex>(executor_);
    const auto began = clock_.steady();
    const auto alone = co_await asking->lock();
    const survey_ptr before = known(provider);
    if (before && before->is_older()) at_most = std::min<std::chrono::milliseconds>(at_most, older_is_news_for);
    if (before && before->token == project->token_mark() && clock_.steady() - before->at <= at_most) co_return before;
    const auto failed = troubles_.find(provider);
    if (failed != troubles_.end() && failed->second.at > began) co_return failed->second.why;
    auto asked = co_await ask(std::move(project));
    if (!asked) {
        troubles_[provider] = trouble{clock_.steady(), asked.error()};
        co_return asked.error();
    }
    if (before && before->token == (*asked)->token) (*asked)->ssh_keys = before->ssh_keys;
    seen_[provider] = *asked;
    co_return *asked;
}

awaitable<cloud_result<survey_ptr>> surveys::ask(std::shared_ptr<cloud> project) {
    const std::string ours =
        std::string(label_managed_by) + "=slipway," + label_install + "=" + log_.install_id();
    auto survey = std::make_shared<project_survey>();
    survey->token = project->token_mark();
    auto servers = co_await project->list_servers(ours);
    if (!servers) co_return servers.error();
    for (const cloud_server& server : *servers) {
        const std::string stream = label_of(server.labels, label_stream);
        if (stream.empty()) continue;
        survey->servers.emplace(server.id, stream);
        head_filter filter;
        filter.stream = stream;
        auto heads = co_await log_.heads(filter);
        if (!heads) co_return log_does_not_answer(heads.error());
        if (!heads->empty() && has_come_so_far(heads->front())) continue;
        std::optional<vm_state> state;
        if (!heads->empty()) {
            stream_id id;
            id.text = stream;
            auto records = co_await log_.read_stream(std::move(id), 0);
            if (!records) co_return log_does_not_answer(records.error());
            auto replayed = replay(*records);
            if (!replayed) continue;  // it is said elsewhere that it makes no sense
            state = *std::move(replayed);
        }
        if (is_ahead(server, state ? &*state : nullptr)) survey->ahead.push_back(server);
    }
    survey->at = clock_.steady();
    co_return survey;
}

survey_ptr surveys::known(const std::string& provider) const {
    const auto it = seen_.find(provider);
    return it == seen_.end() ? nullptr : it->second;
}

std::vector<std::string> surveys::older() const {
    std::vector<std::string> all;
    for (const auto& [provider, survey] : seen_)
        if (survey->is_older()) all.push_back(provider);
    return all;
}

}  // namespace slipway
