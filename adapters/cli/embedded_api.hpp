// The API in the CLI's own process, on the database of the configuration: the engine here does the work.
#pragma once

#include "adapters/cli/api_access.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/composition/service_root.hpp"

#include <memory>

namespace slipway::cli {

// What becomes of the database.
enum class database_use {
    none,    // it is not touched: what is asked for is at Hetzner
    read,    // beside whoever writes
    order,   // commands are written down and left to others
    work,    // commands are written down and carried out
};

class embedded_api final : public api_access {
public:
    // Blocks. What is written makes the database where there is none; what is read must be there. Tells `progress` what
    // the engine does.
    static result<std::unique_ptr<embedded_api>> open(boost::asio::io_context& loop, const invocation& in,
                                                      database_use use, engine_clock& clock, engine_observer& progress);

    boost::asio::awaitable<result<void>> start() override;
    boost::asio::awaitable<result<net::http_response>> ask(net::http_request request) override;
    boost::asio::awaitable<result<void>> skip_history(std::string stream) override;
    boost::asio::awaitable<result<std::vector<vm_view>>> read(std::vector<std::string> streams) override;
    boost::asio::awaitable<result<std::vector<vm_view>>> wait_for(std::vector<std::string> streams) override;
    boost::asio::awaitable<void> stop() override;

    // Takes up all that is unfinished; which that is. Only with database_use::work.
    boost::asio::awaitable<result<std::vector<stream_id>>> resume() { return root_->engine()->resume(); }

private:
    explicit embedded_api(engine_clock& clock) : clock_(clock) {}

    engine_clock& clock_;
    std::unique_ptr<composition::service_root> root_;
};

}  // namespace slipway::cli
