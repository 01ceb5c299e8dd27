// What the event log gains from now on, whoever writes it, by asking for it: of a daemon, or of the database at hand.
//
// Lives in a verb's work; the session outlives it.
#pragma once

#include "adapters/cli/api_session.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace slipway::cli {

class log_news {
public:
    explicit log_news(api_session& of) : session_(of) {}

    // From the log's end as it is now.
    boost::asio::awaitable<result<void>> begin();
    // Those behind the last ones; empty where there are none. At most 1,000: there may be more then.
    boost::asio::awaitable<result<std::vector<nlohmann::ordered_json>>> next();

private:
    boost::asio::awaitable<result<std::string>> body_of(std::string target);

    api_session& session_;
    std::uint64_t seen_ = 0;
};

}  // namespace slipway::cli
