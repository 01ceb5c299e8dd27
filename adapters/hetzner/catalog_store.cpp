#include "adapters/hetzner/catalog_store.hpp"

#include "adapters/hetzner/catalog_wire.hpp"
#include "adapters/hetzner/errors.hpp"
#include "adapters/hetzner/json_reading.hpp"
#include "adapters/hetzner/pages.hpp"
#include "adapters/hetzner/patient_get.hpp"
#include "adapters/hetzner/private_file.hpp"
#include "engine/base/digest.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>
#include <utility>

namespace slipway::hetzner {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds valid_for = std::chrono::hours(1);

bool still_valid(const catalog& known, timestamp now) {
    // A clock that was set back makes everything look new: what is from the future is not trusted.
    return known.fetched_at <= now && now - known.fetched_at < valid_for;
}

asio::awaitable<cloud_result<part>> read_pricing(std::shared_ptr<api> project) {
    const auto answer = co_await patient_get(std::move(project), "/pricing", "pricing");
    if (answer.has_error()) co_return answer.error();
    const json& pricing = member(answer->value, "pricing");
    if (!pricing.is_object()) co_return unreadable(200, "the prices");
    part out;
    out.value = pricing;
    co_return out;
}

asio::awaitable<cloud_result<part>> fetch(std::shared_ptr<api> project) {
    using namespace asio::experimental::awaitable_operators;
    auto types = read_pages(project, "/server_types", "server_types");
    auto places = read_pages(project, "/locations", "locations");
    auto images = read_pages(project, "/images?type=system&type=app&type=snapshot&status=available", "images");
    auto prices = read_pricing(project);
    auto all = std::move(types) && std::move(places) && std::move(images) && std::move(prices);
    auto got = co_await std::move(all);
    auto& [got_types, got_places, got_images, got_prices] = got;
    for (auto* one : {&got_types, &got_places, &got_images, &got_prices})
        if (one->has_error()) co_return one->error();
    part out;
    out.value = catalog_document(project->clock().now(), std::move(got_types->value), std::move(got_places->value),
                                 std::move(got_images->value), std::move(got_prices->value));
    co_return out;
}

}  // namespace

struct catalog_store::shared {
    std::shared_ptr<api> project;
    std::string file;
    std::shared_ptr<const catalog> known;
    bool file_tried = false;
    bool fetching = false;
    std::uint64_t fetches = 0;          // that have ended
    std::optional<cloud_error> failed;  // the last one, where it did
    wakeup ended;

    timestamp now() const { return project->clock().now(); }

    void try_file() {
        if (std::exchange(file_tried, true) || file.empty()) return;
        const auto text = read_private_file(file);
        if (!text) return;
        auto read = read_catalog(parse(*text));
        if (read && still_valid(*read, now())) known = std::make_shared<const catalog>(std::move(*read));
    }

    void keep(const json& document, catalog fetched) {
        known = std::make_shared<const catalog>(std::move(fetched));
        if (file.empty()) return;
        const auto text = document.dump(-1, ' ', false, json::error_handler_t::replace);
        if (!write_private_file(file, text)) spdlog::debug("hetzner: the catalog could not be kept in {}", file);
    }
};

namespace {

// A template only because `shared` is its store's private type.
template <class Shared>
asio::awaitable<catalog_result> get_from(std::shared_ptr<Shared> store, bool fresh) {
    if (!fresh) store->try_file();
    for (;;) {
        if (!fresh && store->known && still_valid(*store->known, store->now())) co_return store->known;
        if (!store->fetching) break;
        const auto before = store->fetches;
        while (store->fetching && store->fetches == before) co_await store->ended.wait();
        if (store->fetches == before) continue;  // whoever fetched was cancelled: the next one does it
        if (store->failed) co_return *store->failed;
        co_return store->known;
    }
    struct turn {
        Shared& store;
        explicit turn(Shared& of) : store(of) { store.fetching = true; }
        ~turn() {
            store.fetching = false;
            store.ended.notify_all();
        }
    } mine(*store);
    auto document = co_await fetch(store->project);
    std::optional<catalog> read;
    if (document.has_value()) read = read_catalog(document->value);
    store->failed.reset();
    if (document.has_error())
        store->failed = document.error();
    else if (!read)
        store->failed = unreadable(200, "anything that could be ordered in its catalog");
    else
        store->keep(document->value, std::move(*read));
    ++store->fetches;
    if (store->failed) co_return *store->failed;
    co_return store->known;
}

}  // namespace

catalog_store::catalog_store(std::shared_ptr<api> project, std::string file) : shared_(std::make_shared<shared>()) {
    shared_->project = std::move(project);
    shared_->file = std::move(file);
}

catalog_store::~catalog_store() = default;

asio::awaitable<catalog_result> catalog_store::get(bool fresh) {
    return get_from(shared_, fresh);
}

std::string catalog_file(const std::string& directory, const std::string& endpoint, std::string_view token) {
    if (directory.empty()) return {};
    // The endpoint with its terminator: no two pairs are alike.
    const digest sum = sha256(std::string_view(endpoint.c_str(), endpoint.size() + 1), token);
    return directory + "/catalog-" + hex(sum).substr(0, 32) + ".json";
}

}  // namespace slipway::hetzner
