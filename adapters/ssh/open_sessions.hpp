// The sessions of recipes that have ended well, kept open until the VM is handed over: what a recipe does to SSH holds for
// those who come later, not for one who is in. One that nobody takes is closed after a while.
//
// Owned by the shell, which ends all of them; the loop's thread.
#pragma once

#include "adapters/ssh/session.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <string>

namespace slipway::ssh {

class open_sessions : public std::enable_shared_from_this<open_sessions> {
public:
    explicit open_sessions(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

    void keep(const std::string& address, std::unique_ptr<session> open);
    std::unique_ptr<session> take(const std::string& address);  // null where there is none
    void end_all() { open_.clear(); }

private:
    struct kept {
        std::unique_ptr<session> contact;
        boost::asio::steady_timer until;
    };

    boost::asio::any_io_executor loop_;
    std::map<std::string, kept> open_;
};

}  // namespace slipway::ssh
