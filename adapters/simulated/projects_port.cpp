#include "adapters/simulated/projects_port.hpp"

#include <algorithm>
#include <utility>

namespace slipway::simulated {

using boost::asio::awaitable;

namespace {

cloud_error says(cloud_failure failure, int status, std::string message) {
    cloud_error e;
    e.failure = failure;
    e.status = status;
    e.message = std::move(message);
    return e;
}

catalog::offer offered(std::string location, bool available, std::string hourly, std::string monthly) {
    catalog::offer out;
    out.location = std::move(location);
    out.sold = true;
    out.available = available;
    out.price = catalog::price{{hourly, hourly}, {monthly, monthly}};
    return out;
}

catalog::server_type type(std::string name, std::string architecture, std::vector<catalog::offer> offers) {
    catalog::server_type out;
    out.name = std::move(name);
    out.architecture = std::move(architecture);
    out.cpu = "shared";
    out.cores = 2;
    out.memory_gb = 4;
    out.disk_gb = 40;
    out.offers = std::move(offers);
    return out;
}

catalog::image image(std::int64_t id, std::string name, std::string architecture) {
    catalog::image out;
    out.id = id;
    out.name = std::move(name);
    out.architecture = std::move(architecture);
    out.type = "system";
    out.status = "available";
    return out;
}

}  // namespace

std::shared_ptr<const catalog> small_catalog(timestamp fetched_at) {
    catalog out;
    out.fetched_at = fetched_at;
    out.currency = "EUR";
    for (const char* name : {"fsn1", "nbg1"}) {
        catalog::location place;
        place.name = name;
        place.network_zone = "eu-central";
        out.locations.push_back(place);
        out.ipv4_prices.push_back({name, catalog::price{{"0.0008", "0.0010"}, {"0.5000", "0.6000"}}});
    }
    out.server_types.push_back(
        type("cx23", "x86", {offered("nbg1", true, "0.0056", "3.4900"), offered("fsn1", true, "0.0056", "3.4900")}));
    out.server_types.push_back(type("cx33", "x86", {offered("nbg1", true, "0.0088", "5.4900")}));
    out.server_types.push_back(type("cax11", "arm", {offered("fsn1", false, "0.0059", "3.7900")}));
    out.images.push_back(image(1, "ubuntu-24.04", "x86"));
    out.images.push_back(image(2, "ubuntu-24.04", "arm"));
    out.images.push_back(image(3, "debian-12", "x86"));
    return std::make_shared<const catalog>(std::move(out));
}

std::string mirror_sealing::seal(std::string_view plaintext, const sealed_for& purpose) const {
    return mark_ + purpose.name + ":" + std::string(plaintext.rbegin(), plaintext.rend());
}

result<secret> mirror_sealing::open(std::string_view sealed, const sealed_for& purpose) const {
    const std::string begin = mark_ + purpose.name + ":";
    if (!sealed.starts_with(begin))
        return make_error(error_kind::configuration, "it was sealed with another key, or for something else");
    sealed.remove_prefix(begin.size());
    return secret(std::string(sealed.rbegin(), sealed.rend()));
}

// The project as this token opens it. The engine's own requests go to the world as they always do.
class token_project final : public project {
public:
    token_project(projects_port& of, std::string token, std::function<void(bool, const std::string&)> news)
        : of_(of), token_(std::move(token)), news_(std::move(news)) {}

    awaitable<cloud_result<cloud_ssh_key>> create_ssh_key(new_ssh_key key, send_permit may_send) override {
        return (*opened()).create_ssh_key(std::move(key), std::move(may_send));
    }
    awaitable<cloud_result<std::optional<cloud_ssh_key>>> find_ssh_key(std::string fingerprint) override {
        return (*opened()).find_ssh_key(std::move(fingerprint));
    }
    awaitable<cloud_result<void>> delete_ssh_key(std::int64_t id, send_permit may_send) override {
        return (*opened()).delete_ssh_key(id, std::move(may_send));
    }
    awaitable<cloud_result<created_server>> create_server(new_server server, send_permit may_send) override {
        return (*opened()).create_server(std::move(server), std::move(may_send));
    }
    awaitable<cloud_result<std::optional<cloud_server>>> find_server(std::string name) override {
        return (*opened()).find_server(std::move(name));
    }
    awaitable<cloud_result<std::int64_t>> delete_server(std::int64_t id, send_permit may_send) override {
        return (*opened()).delete_server(id, std::move(may_send));
    }
    awaitable<cloud_result<void>> wait_for(std::vector<std::int64_t> actions) override {
        return (*opened()).wait_for(std::move(actions));
    }
    awaitable<cloud_result<std::optional<cloud_server>>> get_server(std::int64_t id) override {
        return (*opened()).get_server(id);
    }
    awaitable<cloud_result<std::vector<cloud_ssh_key>>> list_ssh_keys(std::string selector) override {
        if (auto no = refusal()) co_return *std::move(no);
        co_return co_await opened()->list_ssh_keys(std::move(selector));
    }
    std::string token_mark() const override { return token_; }
    std::optional<timestamp> time() const override { return of_.u_.true_time(); }

    awaitable<cloud_result<std::vector<cloud_server>>> list_servers(std::string selector) override {
        if (auto no = refusal()) co_return *std::move(no);
        co_return co_await opened()->list_servers(std::move(selector));
    }
    awaitable<cloud_result<void>> check_token() override {
        if (auto no = refusal()) co_return *std::move(no);
        co_return cloud_result<void>();
    }
    awaitable<cloud_result<std::vector<cloud_resource>>> list_resources(std::string kind) override {
        if (auto no = refusal()) co_return *std::move(no);
        std::vector<cloud_resource> all;
        if (!of_.lists_answer) co_return says(cloud_failure::server_error, 503, "Hetzner answers with status 503");
        const auto& model = of_.u_.cloud;
        if (kind != "ssh_keys" && !is_elsewhere())
            for (const auto& [id, one] : kind == "networks" ? model.networks : model.firewalls) all.push_back(one);
        if (kind == "ssh_keys" && !is_elsewhere())
            for (const auto& [id, key] : of_.u_.cloud.keys()) {
                cloud_resource one;
                one.id = id;
                one.name = key.name;
                one.detail = key.fingerprint;
                one.labels = key.labels;
                one.public_key = model.public_line(id);
                all.push_back(std::move(one));
            }
        co_return all;
    }
    awaitable<catalog_result> catalog(bool) override {
        if (auto no = refusal()) co_return *std::move(no);
        if (!of_.catalog_answers) co_return says(cloud_failure::server_error, 503, "Hetzner answers with status 503");
        ++of_.catalogs_read;
        co_return small_catalog(of_.u_.wall());
    }
    std::string creation_request(const new_server& server) const override {
        std::string body = R"({"name":")" + server.name + R"(","server_type":")" + server.server_type + R"(")";
        for (const std::int64_t id : server.networks) body += R"(,"networks":[)" + std::to_string(id) + "]";
        for (const std::int64_t id : server.firewalls) body += R"(,"firewalls":[{"firewall":)" + std::to_string(id) + "}]";
        return body + "}";
    }
    double requests_left() const override { return of_.u_.budget.left(); }

private:
    bool is_elsewhere() const { return of_.elsewhere.contains(token_); }
    std::shared_ptr<cloud> opened() {
        return is_elsewhere() ? of_.ports_.clouds.elsewhere() : of_.ports_.clouds.project();
    }
    std::optional<cloud_error> refusal() {
        const bool no = of_.revoked.contains(token_);
        if (news_) news_(!no, "Hetzner does not know the token");
        if (!no) return std::nullopt;
        return says(cloud_failure::unauthorized, 401, "Hetzner does not know the token");
    }

    projects_port& of_;
    std::string token_;
    std::function<void(bool, const std::string&)> news_;
};

awaitable<project_result> projects_port::find(std::string provider) {
    if (provider == direct_project) co_return std::make_shared<token_project>(*this, "direct", nullptr);
    auto sealed = co_await tokens_.find(provider);
    if (!sealed) co_return sealed.error();
    if (!*sealed) co_return make_error(error_kind::not_found, "there is no token of provider " + provider);
    auto token = tokens_.open(provider, **sealed);
    if (!token) co_return token.error();
    auto news = [tokens = &tokens_, provider, text = **sealed](bool works, const std::string& why_not) {
        tokens->heard(provider, text, works, why_not);
    };
    co_return std::make_shared<token_project>(*this, std::string(token->reveal()), std::move(news));
}

awaitable<result<std::shared_ptr<cloud>>> projects_port::open(std::string provider) {
    auto found = co_await find(std::move(provider));
    if (!found) co_return found.error();
    co_return std::shared_ptr<cloud>(*std::move(found));
}

std::shared_ptr<project> projects_port::unnamed(secret token) {
    return std::make_shared<token_project>(*this, std::string(token.reveal()), nullptr);
}

awaitable<result<std::vector<std::string>>> projects_port::names() {
    auto all = co_await tokens_.providers();
    if (!all) co_return all.error();
    all->emplace_back(direct_project);
    std::sort(all->begin(), all->end());
    co_return *std::move(all);
}

}  // namespace slipway::simulated
