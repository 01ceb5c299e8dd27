#include "tools/slipway-bench/bench_place.hpp"

#include "tools/slipway-bench/server_link.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace slipway::bench {

namespace {

// postgresql://USER@HOST/DATABASE?OPTIONS with another database.
std::string with_database(const std::string& url, const std::string& name) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) throw std::runtime_error("--db is postgresql://USER@HOST/DATABASE");
    const auto options = url.find('?', scheme);
    const std::string base = url.substr(0, options);
    const auto path = base.find('/', scheme + 3);
    return base.substr(0, path) + "/" + name + (options == std::string::npos ? "" : url.substr(options));
}

}  // namespace

bench_place::bench_place(const std::optional<std::string>& server_url) {
    directory_ = (std::filesystem::temp_directory_path() / "slipway-bench-XXXXXX").string();
    if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("there is no temporary directory: set TMPDIR");
    url_ = "sqlite:" + directory_ + "/log.db";
    if (!server_url) return;
    static int made = 0;
    database_ = "slipway_bench_" + std::to_string(getpid()) + "_" + std::to_string(++made);
    try {
        server_link(*server_url).run("CREATE DATABASE " + database_ + " TEMPLATE template0 ENCODING 'UTF8'");
    } catch (const std::exception&) {
        std::filesystem::remove_all(directory_);
        throw;
    }
    server_ = *server_url;
    url_ = with_database(server_, database_);
}

bench_place::~bench_place() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    try {
        if (is_server()) server_link(server_).run("DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // the server is gone, and says so elsewhere
    }
}

std::unique_ptr<raw_inserts> bench_place::raw() const {
    return is_server() ? raw_inserts_into_server(url_) : raw_inserts_into_file(directory_ + "/raw.db");
}

scanned bench_place::scan() const { return is_server() ? scan_server(url_) : scan_file(directory_ + "/log.db"); }

}  // namespace slipway::bench
