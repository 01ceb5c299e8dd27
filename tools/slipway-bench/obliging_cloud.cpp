#include "tools/slipway-bench/obliging_cloud.hpp"

#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace slipway::bench {

namespace {

using boost::asio::awaitable;

[[noreturn]] void not_expected(const char* request) {
    throw std::logic_error(std::string("no life of a benchmark asks for this: ") + request);
}

class obliging_project final : public cloud {
public:
    explicit obliging_project(std::string server_address) : address_(std::move(server_address)) {}

    awaitable<cloud_result<cloud_ssh_key>> create_ssh_key(new_ssh_key key, send_permit) override {
        cloud_ssh_key made;
        made.id = ++made_;
        made.fingerprint = md5_fingerprint(parse_public_key(key.public_key).value().blob);
        made.name = std::move(key.name);
        made.labels = std::move(key.labels);
        co_return made;
    }
    awaitable<cloud_result<created_server>> create_server(new_server wanted, send_permit) override {
        created_server made;
        made.server.id = ++made_;
        made.server.status = "initializing";
        made.server.ipv4 = address_;
        made.server.name = std::move(wanted.name);
        made.server.server_type = std::move(wanted.server_type);
        made.server.location = std::move(wanted.location);
        made.server.labels = std::move(wanted.labels);
        made.actions.push_back(++made_);
        co_return made;
    }
    awaitable<cloud_result<void>> wait_for(std::vector<std::int64_t>) override { co_return cloud_result<void>(); }
    // What is looked for is what an earlier process may have left.
    awaitable<cloud_result<std::vector<cloud_server>>> list_servers(std::string) override {
        co_return std::vector<cloud_server>();
    }
    std::string token_mark() const override { return "benchmark"; }
    std::optional<timestamp> time() const override { return std::nullopt; }

    awaitable<cloud_result<std::optional<cloud_ssh_key>>> find_ssh_key(std::string) override { not_expected("find a key"); }
    awaitable<cloud_result<void>> delete_ssh_key(std::int64_t, send_permit) override { not_expected("delete a key"); }
    awaitable<cloud_result<std::optional<cloud_server>>> find_server(std::string) override { not_expected("find a server"); }
    awaitable<cloud_result<std::optional<cloud_server>>> get_server(std::int64_t) override { not_expected("read a server"); }
    awaitable<cloud_result<std::vector<cloud_ssh_key>>> list_ssh_keys(std::string) override { not_expected("list keys"); }
    awaitable<cloud_result<std::int64_t>> delete_server(std::int64_t, send_permit) override {
        not_expected("delete a server");
    }

private:
    std::string address_;
    std::int64_t made_ = 0;
};

}  // namespace

obliging_cloud::obliging_cloud(const std::string& server_address)
    : project_(std::make_shared<obliging_project>(server_address)) {}

awaitable<result<std::shared_ptr<cloud>>> obliging_cloud::open(std::string) { co_return project_; }

}  // namespace slipway::bench
