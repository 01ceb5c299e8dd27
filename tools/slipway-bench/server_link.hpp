// A connection to PostgreSQL with nothing in between but libpq, for what the benchmark does beside the log: databases of its
// own, and the limit. One thread. Throws std::runtime_error with the first line of what the server said.
#pragma once

#include <cstddef>
#include <functional>
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
    // COPY … TO STDOUT; told of each row how large it is.
    void copy_out(const std::string& sql, const std::function<void(std::size_t bytes)>& row);

private:
    struct closer {
        void operator()(pg_conn* on) const;
    };
    std::unique_ptr<pg_conn, closer> on_;
};

}  // namespace slipway::bench
