// One Hetzner project behind the engine's cloud port. One call is one request, wait_for and lists excepted; what
// changes nothing and is waited for by somebody is asked again (patient_get.hpp), nothing else is retried. Errors say what the answer means, without any part of the token.
//
// Made by a cloud_source. Called on the loop's thread and resumes there. The token is asked for with each request. A call keeps its client's parts alive; the clock must outlive all of them.
#pragma once

#include "adapters/hetzner/action_poller.hpp"
#include "adapters/hetzner/api.hpp"
#include "adapters/hetzner/catalog_store.hpp"
#include "adapters/net/http_client.hpp"
#include "adapters/hetzner/token_source.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/projects.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::hetzner {

class client final : public project {
public:
    // `catalog_file` may be empty: the catalog is then kept in memory only.
    client(std::shared_ptr<net::http_client> http, std::string base, token_source token, engine_clock& clock,
           std::string catalog_file = {}, token_news news = {}, waiting_news waiting = {}, answer_news answered = {});

    boost::asio::awaitable<cloud_result<cloud_ssh_key>> create_ssh_key(new_ssh_key key, send_permit may_send = {}) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_ssh_key>>> find_ssh_key(std::string fingerprint) override;
    boost::asio::awaitable<cloud_result<void>> delete_ssh_key(std::int64_t id, send_permit may_send = {}) override;

    boost::asio::awaitable<cloud_result<created_server>> create_server(new_server server, send_permit may_send = {}) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> find_server(std::string name) override;
    // As many requests as there are pages of 50. Servers that come or go between two pages may be missed.
    boost::asio::awaitable<cloud_result<std::vector<cloud_server>>> list_servers(std::string label_selector) override;
    boost::asio::awaitable<cloud_result<std::optional<cloud_server>>> get_server(std::int64_t id) override;
    boost::asio::awaitable<cloud_result<std::vector<cloud_ssh_key>>> list_ssh_keys(std::string label_selector) override;
    boost::asio::awaitable<cloud_result<std::int64_t>> delete_server(std::int64_t id, send_permit may_send = {}) override;

    std::string token_mark() const override { return api_->token_mark(); }
    std::optional<timestamp> time() const override { return api_->time(); }
    boost::asio::awaitable<cloud_result<void>> wait_for(std::vector<std::int64_t> actions) override;

    boost::asio::awaitable<cloud_result<void>> check_token() override;
    boost::asio::awaitable<cloud_result<std::vector<cloud_resource>>> list_resources(std::string kind) override;
    boost::asio::awaitable<catalog_result> catalog(bool fresh = false) override;
    std::string creation_request(const new_server& server) const override;
    double requests_left() const override { return api_->budget().left(); }

private:
    std::shared_ptr<api> api_;
    action_poller poller_;
    catalog_store catalog_;
};

}  // namespace slipway::hetzner
