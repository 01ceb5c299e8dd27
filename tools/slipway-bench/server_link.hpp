// A connection to PostgreSQL with nothing in between but libpq, for what the benchmark does beside the log: databases of its
// own, and the limit. One thread. Throws std::runtime_error with the first line of what the server said.
#pragma once

#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace slipway::bench {

class server_link {
public:
    explicit server_link(const std::string& url);
    void run(const std::string& sql);
    void prepare(const std::string& sql);
    void run_prepared(const std::vector<std::string>& values);

private:
    struct closer {
        void operator()(pg_conn* on) const;
    };
    std::unique_ptr<pg_conn, closer> on_;
};

}  // namespace slipway::bench
