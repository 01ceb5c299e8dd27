#include "adapters/cli/completion.hpp"

#include "adapters/cli/credentials.hpp"
#include "adapters/cli/docs_topics.hpp"
#include "adapters/composition/configuration.hpp"
#include "adapters/composition/store.hpp"
#include "adapters/hetzner/catalog_store.hpp"
#include "adapters/hetzner/catalog_wire.hpp"
#include "adapters/hetzner/private_file.hpp"
#include "adapters/net/url.hpp"
#include "engine/machines/vm.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace slipway::cli {

namespace {

// However old: a name that is gone is refused when it is ordered.
std::optional<slipway::catalog> cached_catalog(const composition::environment& environment,
                                               composition::configuration& settings) {
    if (!settings.token) {
        auto saved = saved_token(environment);
        if (saved) settings.token = *std::move(saved);
    }
    const auto endpoint = net::parse_endpoint(settings.endpoint);
    if (!settings.token || !endpoint || settings.cache_directory.empty()) return {};
    const auto text = hetzner::read_private_file(
        hetzner::catalog_file(settings.cache_directory, endpoint->origin() + endpoint->path, settings.token->reveal()));
    if (!text) return {};
    const auto document = nlohmann::json::parse(*text, nullptr, false);
    if (document.is_discarded()) return {};
    return hetzner::read_catalog(document);
}

std::set<std::string> names_in(const slipway::catalog& from, value_kind kind) {
    std::set<std::string> names;
    if (kind == value_kind::server_type)
        for (const auto& type : from.server_types) names.insert(type.name);
    if (kind == value_kind::location)
        for (const auto& place : from.locations) names.insert(place.name);
    if (kind == value_kind::image)
        for (const auto& image : from.images)
            if (!image.name.empty()) names.insert(image.name);
    return names;
}

// A shell puts it into the command line as it is: it may be nothing but a word.
bool is_word(std::string_view name) {
    return !name.empty() && !name.starts_with('-') && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

std::vector<std::string> names_of_vms(const composition::location& database) {
    std::vector<std::string> names;
    const auto log = composition::open_reader(database, composition::if_damaged::refuse);
    if (!log) return names;
    head_filter live;
    live.kind = std::string(vm_kind);
    live.live_only = true;
    auto heads = (*log)->heads(live);
    if (!heads) return names;
    for (stream_head& head : *heads) names.push_back(std::move(head.name));
    return names;
}

}  // namespace

std::vector<std::string> completion_values(value_kind kind) {
    if (kind == value_kind::app) return {"none", "coolify", "wireguard"};
    if (kind == value_kind::shell) return {"bash", "zsh", "fish"};
    if (kind == value_kind::docs) {
        std::vector<std::string> names;
        for (const docs_topic& topic : docs_topics()) names.emplace_back(topic.name);
        return names;
    }
    if (kind == value_kind::none || kind == value_kind::file) return {};
    auto environment = composition::environment::load({});
    if (!environment) return {};
    if (const std::string directory = config_directory(*environment); !directory.empty())
        if (auto read = environment->add(directory + "/config"); !read) return {};
    auto settings = composition::configure(*environment, std::nullopt);
    if (!settings) return {};
    std::vector<std::string> names;
    if (kind == value_kind::vm) {
        names = names_of_vms(settings->database);
    } else if (const auto catalog = cached_catalog(*environment, *settings)) {
        const auto known = names_in(*catalog, kind);
        names.assign(known.begin(), known.end());
    }
    std::erase_if(names, [](const std::string& name) { return !is_word(name); });
    return names;
}

}  // namespace slipway::cli
