// The API in the CLI's own process, on the database of the configuration: the engine here does the work.
#pragma once

#include "adapters/cli/api_access.hpp"
#include "adapters/composition/service_root.hpp"

#include <memory>

namespace slipway::cli {

class embedded_api final : public api_access {
public:
    // Blocks. Takes the tokens out of the configuration. `orders_only`: commands are written down and left to others.
    static result<std::unique_ptr<embedded_api>> open(boost::asio::io_context& loop, composition::configuration& c,
                                                      const composition::environment& environment, engine_clock& clock,
                                                      engine_observer& progress, bool orders_only);

    boost::asio::awaitable<result<void>> start() override;
    boost::asio::awaitable<result<net::http_response>> ask(net::http_request request) override;
    boost::asio::awaitable<result<void>> mark(std::string stream) override;
    boost::asio::awaitable<result<std::vector<vm_view>>> rest(std::vector<std::string> streams, bool wait) override;
    boost::asio::awaitable<void> stop() override;

    slipway::engine& engine() { return root_->engine(); }

private:
    explicit embedded_api(engine_clock& clock) : clock_(clock) {}

    engine_clock& clock_;
    std::unique_ptr<composition::service_root> root_;
};

}  // namespace slipway::cli
