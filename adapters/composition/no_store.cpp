#include "adapters/composition/no_store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::composition {

namespace {

using boost::asio::awaitable;

constexpr const char* nothing_is_kept = "this process has no event log, so nothing can be kept";

error cannot_keep() {
    return make_error(error_kind::refused, nothing_is_kept);
}

class empty_log final : public event_log {
public:
    std::string install_id() const override { return {}; }
    awaitable<append_result> append(append_request) override {
        co_return append_error{append_failure::fenced, nothing_is_kept};
    }
    awaitable<result<std::vector<event_record>>> read_stream(stream_id, std::uint64_t) override {
        co_return std::vector<event_record>();
    }
    awaitable<result<std::vector<event_record>>> read_all(std::uint64_t, std::size_t) override {
        co_return std::vector<event_record>();
    }
    awaitable<result<std::vector<stream_head>>> heads(head_filter) override { co_return std::vector<stream_head>(); }
    awaitable<result<std::vector<stream_id>>> live_with_key(std::string, std::string, stream_id) override {
        co_return std::vector<stream_id>();
    }
    awaitable<result<std::vector<event_record>>> find_command(std::string) override {
        co_return std::vector<event_record>();
    }
    awaitable<result<std::optional<std::string>>> find_request(std::string) override {
        co_return std::optional<std::string>();
    }
};

class empty_registry final : public slipway::registry {
public:
    awaitable<result<std::vector<provider_record>>> providers() override { co_return std::vector<provider_record>(); }
    awaitable<result<std::optional<provider_record>>> provider(std::string) override {
        co_return std::optional<provider_record>();
    }
    awaitable<result<void>> put_provider(provider_record) override { co_return cannot_keep(); }
    awaitable<result<void>> note_token(provider_record) override { co_return cannot_keep(); }
    awaitable<result<std::vector<offering_record>>> offerings() override { co_return std::vector<offering_record>(); }
    awaitable<result<std::optional<offering_record>>> offering(std::string) override {
        co_return std::optional<offering_record>();
    }
    awaitable<result<void>> put_offering(offering_record) override { co_return cannot_keep(); }
    awaitable<result<user_defaults>> defaults(std::string owner) override {
        user_defaults none;
        none.owner = std::move(owner);
        co_return none;
    }
    awaitable<result<void>> put_defaults(user_defaults) override { co_return cannot_keep(); }
};

}  // namespace

store no_store() {
    store none;
    none.log = std::make_unique<empty_log>();
    none.registry = std::make_unique<empty_registry>();
    return none;
}

}  // namespace slipway::composition
