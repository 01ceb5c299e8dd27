#include "tools/slipway-log/file_check.hpp"

namespace slipway::inspection {

file_check::file_check(const std::string& path) {
    auto opened = sqlite::reader::open(path, sqlite::reader::damage::shown);
    if (!opened) {
        found_ = opened.error();
        return;
    }
    own_ = *std::move(opened);
    thread_ = std::thread([this] { found_ = own_->integrity(); });
}

file_check::~file_check() {
    if (!thread_.joinable()) return;
    sqlite3_interrupt(own_->on().raw());
    thread_.join();
}

result<std::vector<std::string>> file_check::wait() {
    if (thread_.joinable()) thread_.join();
    return *found_;
}

}  // namespace slipway::inspection
