// What slipway doctor looks at, and what it found. A check asks and changes nothing.
#pragma once

#include "adapters/cli/api_target.hpp"
#include "adapters/composition/database_url.hpp"
#include "adapters/composition/environment.hpp"
#include "adapters/net/http_client.hpp"
#include "engine/base/time.hpp"
#include "engine/ports/sealing.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::cli {

enum class verdict { ok, warning, failed };

struct checked {
    std::string what;  // configuration, database, token, clock, …
    verdict how = verdict::ok;
    std::string detail;  // a sentence; where it is not ok, with what to do
};

inline checked found(std::string what, verdict how, std::string detail) {
    return checked{std::move(what), how, std::move(detail)};
}

// The database: there, an event log, of a version that this program knows, whole.
checked check_database(const composition::location& place);

// The key that secrets are sealed with: what does not open with it would not open later either, and a secret that is
// missing would be missed. `key` is null where there is none.
checked check_sealing(const composition::location& place, const sealing* key);

// Hetzner's answer to the smallest request: whether it can be reached, takes the token (none where it is null), and has
// the same time as this machine.
struct hetzner_asked {
    std::string endpoint;
    std::string ca_file;
    const secret* token = nullptr;
    bool token_needed = true;  // a machine that only talks to a daemon, or only serves providers, needs none
};
boost::asio::awaitable<std::vector<checked>> check_hetzner(hetzner_asked about, timestamp (*now)());

// A proxy that other programs would use; none where none is set.
std::optional<checked> check_proxy();

// Whether a daemon answers there, is ready, and takes the token.
boost::asio::awaitable<std::vector<checked>> check_daemon(api_target where, std::string ca_file,
                                                          const secret* token);

// How far the clocks are apart. Pure.
checked check_clock(const std::optional<std::string_view>& date, timestamp now);

}  // namespace slipway::cli
