// Lists of Hetzner's, read to their last page.
#pragma once

#include "adapters/hetzner/api.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace slipway::hetzner {

// JSON converts to and from nearly everything, which makes it ambiguous inside a result: hence the wrapper.
struct part {
    nlohmann::json value;
};

// All entries of the list `key`. `path` may have a query already. As many requests as there are pages of 50.
boost::asio::awaitable<cloud_result<part>> read_pages(std::shared_ptr<api> project, std::string path, std::string key);

}  // namespace slipway::hetzner
