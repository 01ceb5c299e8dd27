// The API of a daemon, over its unix socket or TCP. The daemon does the work; the CLI asks for the events of what it
// waits for a few times a second. A daemon that is started anew meanwhile is waited for.
#pragma once

#include "adapters/cli/api_access.hpp"
#include "adapters/cli/api_target.hpp"
#include "adapters/cli/stream_follower.hpp"
#include "adapters/cli/terminal.hpp"
#include "adapters/net/http_client.hpp"
#include "engine/base/secret.hpp"
#include "engine/ports/clock.hpp"

#include <map>
#include <memory>

namespace slipway::cli {

class remote_api final : public api_access {
public:
    // `token` may be empty. Contacts nobody.
    static result<std::unique_ptr<remote_api>> open(const api_target& where, const std::string& ca_file,
                                                    secret token, engine_clock& clock, engine_observer& progress,
                                                    terminal& out);

    boost::asio::awaitable<result<void>> start() override;
    boost::asio::awaitable<result<net::http_response>> ask(net::http_request request) override;
    boost::asio::awaitable<result<void>> skip_history(std::string stream) override;
    boost::asio::awaitable<result<std::vector<vm_view>>> read(std::vector<std::string> streams) override;
    boost::asio::awaitable<result<std::vector<vm_view>>> wait_for(std::vector<std::string> streams) override;
    boost::asio::awaitable<void> stop() override;

private:
    remote_api(engine_clock& clock, engine_observer& progress, terminal& out)
        : clock_(clock), progress_(progress), out_(out) {}

    // How many events of the stream were new.
    boost::asio::awaitable<result<std::size_t>> read_on(std::string stream, engine_observer* tell);
    std::vector<vm_view> views_of(const std::vector<std::string>& streams) const;

    engine_clock& clock_;
    engine_observer& progress_;
    terminal& out_;
    std::shared_ptr<net::http_client> http_;
    std::string base_;  // before every path
    secret token_;
    std::map<std::string, stream_follower> followed_;
};

}  // namespace slipway::cli
