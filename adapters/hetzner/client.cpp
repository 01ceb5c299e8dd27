#include "adapters/hetzner/client.hpp"

#include "adapters/hetzner/json_reading.hpp"
#include "adapters/hetzner/pages.hpp"
#include "adapters/hetzner/patient_get.hpp"
#include "adapters/hetzner/wire.hpp"
#include "adapters/net/url.hpp"

#include <utility>

namespace slipway::hetzner {

namespace asio = boost::asio;

namespace {

constexpr std::size_t user_data_max = 32 * 1024;  // Hetzner's limit, in bytes

cloud_error refused(std::string why) {
    cloud_error out;
    out.failure = cloud_failure::invalid;
    out.message = std::move(why);
    return out;
}

// By id: one may slip from one page to the next.
template <class T, class Read>
asio::awaitable<cloud_result<std::vector<T>>> every_page(std::shared_ptr<api> project, std::string path,
                                                         std::string label_selector, Read* read) {
    std::map<std::int64_t, T> found;
    for (int number = 1;;) {
        const std::string target = path + "?label_selector=" + net::percent_encode(label_selector) +
                                 "&sort=id%3Aasc&per_page=50&page=" + std::to_string(number);
        std::function<asio::awaitable<cloud_result<page<T>>>()> ask =
            [project, target, read]() -> asio::awaitable<cloud_result<page<T>>> {
            const auto answer = co_await project->call(urgency::ordinary, "GET", target);
            if (answer.has_error()) co_return answer.error();
            co_return read(answer->body, answer->status);
        };
        auto entries = co_await patiently<page<T>>(project, std::move(ask));
        if (entries.has_error()) co_return entries.error();
        for (auto& one : entries->entries) found.insert_or_assign(one.id, std::move(one));
        if (!entries->next || *entries->next <= number) break;
        number = *entries->next;
    }
    std::vector<T> out;
    for (auto& [id, one] : found) out.push_back(std::move(one));
    co_return out;
}

// Where a network has room for servers: a vSwitch's subnet is for dedicated ones.
std::vector<std::string> zones_of(const nlohmann::json& network) {
    std::vector<std::string> zones;
    for (const auto& subnet : list(network, "subnets"))
        if (text(subnet, "type") != "vswitch") zones.push_back(text(subnet, "network_zone"));
    return zones;
}

}  // namespace

client::client(std::shared_ptr<net::http_client> http, std::string base, token_source token, engine_clock& clock,
               std::string catalog_file, token_news news, waiting_news waiting, answer_news answered)
    : api_(std::make_shared<api>(std::move(http), std::move(base), std::move(token), clock, std::move(news),
                                 std::move(waiting), std::move(answered))),
      poller_(api_),
      catalog_(api_, std::move(catalog_file)) {}

// Every function below holds on to the project itself, so that a call may outlive its client.

asio::awaitable<cloud_result<cloud_ssh_key>> client::create_ssh_key(new_ssh_key key, send_permit may_send) {
    const auto project = api_;
    auto body = new_ssh_key_body(key);
    if (!body) co_return refused("The SSH key's name or comment is not UTF-8; nothing was sent.");
    auto answer = co_await project->call(urgency::ordinary, "POST", "/ssh_keys", std::move(*body), may_send);
    if (answer.has_error()) co_return answer.error();
    co_return read_ssh_key(answer->body, answer->status);
}

asio::awaitable<cloud_result<std::optional<cloud_ssh_key>>> client::find_ssh_key(std::string fingerprint) {
    const auto project = api_;
    const std::string path = "/ssh_keys?fingerprint=" + net::percent_encode(fingerprint);
    auto answer = co_await project->call(urgency::ordinary, "GET", path);
    if (answer.has_error()) co_return answer.error();
    auto keys = read_ssh_keys(answer->body, answer->status);
    if (keys.has_error()) co_return keys.error();
    std::optional<cloud_ssh_key> found;
    for (auto& key : keys->entries)
        if (key.fingerprint == fingerprint) found = std::move(key);
    co_return found;
}

asio::awaitable<cloud_result<void>> client::delete_ssh_key(std::int64_t id, send_permit may_send) {
    const auto project = api_;
    auto answer =
        co_await project->call(urgency::removal, "DELETE", "/ssh_keys/" + std::to_string(id), std::string(), may_send);
    if (answer.has_error()) co_return answer.error();
    co_return cloud_result<void>();
}

asio::awaitable<cloud_result<created_server>> client::create_server(new_server server, send_permit may_send) {
    const auto project = api_;
    if (server.user_data.size() > user_data_max)
        co_return refused("The user data is larger than Hetzner's limit of 32 KiB; nothing was sent. Make it shorter.");
    auto body = new_server_body(server);
    if (!body) co_return refused("The server's name, labels or user data are not UTF-8; nothing was sent.");
    auto answer = co_await project->call(urgency::ordinary, "POST", "/servers", std::move(*body), may_send);
    if (answer.has_error()) co_return answer.error();
    co_return read_created_server(answer->body, answer->status);
}

asio::awaitable<cloud_result<std::optional<cloud_server>>> client::find_server(std::string name) {
    const auto project = api_;
    auto answer = co_await project->call(urgency::ordinary, "GET", "/servers?name=" + net::percent_encode(name));
    if (answer.has_error()) co_return answer.error();
    auto servers = read_servers(answer->body, answer->status);
    if (servers.has_error()) co_return servers.error();
    std::optional<cloud_server> found;
    for (auto& server : servers->entries)
        if (server.name == name) found = std::move(server);
    co_return found;
}

asio::awaitable<cloud_result<std::vector<cloud_server>>> client::list_servers(std::string label_selector) {
    return every_page<cloud_server>(api_, "/servers", std::move(label_selector), &read_servers);
}

asio::awaitable<cloud_result<std::vector<cloud_ssh_key>>> client::list_ssh_keys(std::string label_selector) {
    return every_page<cloud_ssh_key>(api_, "/ssh_keys", std::move(label_selector), &read_ssh_keys);
}

asio::awaitable<cloud_result<std::optional<cloud_server>>> client::get_server(std::int64_t id) {
    const auto project = api_;
    std::optional<cloud_server> found;
    auto answer = co_await project->call(urgency::ordinary, "GET", "/servers/" + std::to_string(id));
    if (answer.has_error() && answer.error().failure == cloud_failure::not_found) co_return found;
    if (answer.has_error()) co_return answer.error();
    auto server = read_server(answer->body, answer->status);
    if (server.has_error()) co_return server.error();
    found = std::move(*server);
    co_return found;
}

asio::awaitable<cloud_result<std::int64_t>> client::delete_server(std::int64_t id, send_permit may_send) {
    const auto project = api_;
    auto answer =
        co_await project->call(urgency::removal, "DELETE", "/servers/" + std::to_string(id), std::string(), may_send);
    if (answer.has_error()) co_return answer.error();
    co_return read_action_id(answer->body, answer->status);
}

asio::awaitable<cloud_result<void>> client::wait_for(std::vector<std::int64_t> actions) {
    return poller_.wait(std::move(actions));
}

asio::awaitable<cloud_result<void>> client::check_token() {
    const auto project = api_;
    const auto answer = co_await patient_get(project, "/servers?per_page=1", "servers");
    if (answer.has_error()) co_return answer.error();
    co_return cloud_result<void>();
}

asio::awaitable<cloud_result<std::vector<cloud_resource>>> client::list_resources(std::string kind) {
    const auto project = api_;
    auto all = co_await read_pages(project, "/" + kind, kind);
    if (all.has_error()) co_return all.error();
    std::vector<cloud_resource> found;
    for (const auto& entry : all->value) {
        cloud_resource one;
        one.id = id_of(entry);
        one.name = text(entry, "name");
        one.detail = text(entry, kind == "ssh_keys" ? "fingerprint" : "ip_range");
        one.public_key = text(entry, "public_key");
        one.zones = zones_of(entry);
        for (const auto& [key, value] : member(entry, "labels").items())
            if (value.is_string()) one.labels[key] = value.get<std::string>();
        found.push_back(std::move(one));
    }
    co_return found;
}

std::string client::creation_request(const new_server& server) const {
    return new_server_body(server).value_or("{}");
}

asio::awaitable<catalog_result> client::catalog(bool fresh) {
    return catalog_.get(fresh);
}

}  // namespace slipway::hetzner
