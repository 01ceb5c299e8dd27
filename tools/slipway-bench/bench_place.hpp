// Where a benchmark works: a place of its own, gone with it. A temporary directory (TMPDIR says where: the disk that is
// measured), and on PostgreSQL a new database on the server that a URL names, for which the user must be allowed to make
// one: nothing of what is there already is touched.
//
// One thread. The constructor throws std::runtime_error where there can be none.
#pragma once

#include "tools/slipway-bench/raw_inserts.hpp"
#include "tools/slipway-bench/raw_scans.hpp"

#include <memory>
#include <optional>
#include <string>

namespace slipway::bench {

class bench_place {
public:
    explicit bench_place(const std::optional<std::string>& server_url);
    ~bench_place();
    bench_place(const bench_place&) = delete;
    bench_place& operator=(const bench_place&) = delete;

    bool is_server() const { return !server_.empty(); }
    const char* store() const { return is_server() ? "postgresql" : "sqlite"; }
    const std::string& url() const { return url_; }  // as SLIPWAY_DATABASE_URL takes it
    const std::string& directory() const { return directory_; }
    std::unique_ptr<raw_inserts> raw() const;
    scanned scan() const;  // of the log

private:
    std::string server_, database_, directory_, url_;
};

}  // namespace slipway::bench
