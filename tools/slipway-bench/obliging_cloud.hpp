// A Hetzner that answers at once, and always yes: what a life costs with it is slipway's own. It remembers nothing, so that
// the memory of a process that has it is slipway's, too; whoever wants a Hetzner that is true to the real one takes
// adapters/simulated or hetzner-sim. What it can not be asked for throws std::logic_error.
//
// One thread.
#pragma once

#include "engine/ports/cloud.hpp"

#include <memory>
#include <string>

namespace slipway::bench {

class obliging_cloud final : public cloud_source {
public:
    // Every server has this address.
    explicit obliging_cloud(const std::string& server_address);

    boost::asio::awaitable<result<std::shared_ptr<cloud>>> open(std::string provider) override;

private:
    std::shared_ptr<cloud> project_;
};

}  // namespace slipway::bench
