#include "tools/slipway-bench/bench_store.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace slipway::bench {

composition::location place_of(const std::string& url) {
    auto place = composition::locate({}, [&](const std::string& name) -> std::optional<std::string> {
        if (name == "SLIPWAY_DATABASE_URL") return url;
        return composition::process_environment(name);
    });
    if (!place) throw std::runtime_error(place.error().message);
    return *std::move(place);
}

composition::store open_bench_store(const std::string& url) {
    auto store = composition::open_store(place_of(url));
    if (!store) throw std::runtime_error(store.error().message);
    return *std::move(store);
}

}  // namespace slipway::bench
