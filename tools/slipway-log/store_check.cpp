#include "tools/slipway-log/store_check.hpp"

namespace slipway::inspection {

store_check::store_check(const log_reader& of) {
    auto opened = of.another();
    if (!opened) {
        found_ = opened.error();
        return;
    }
    own_ = *std::move(opened);
    thread_ = std::thread([this] { found_ = own_->integrity(check_depth::whole); });
}

store_check::~store_check() {
    if (!thread_.joinable()) return;
    own_->interrupt();
    thread_.join();
}

const result<std::vector<std::string>>& store_check::wait() {
    if (thread_.joinable()) thread_.join();
    return *found_;
}

}  // namespace slipway::inspection
