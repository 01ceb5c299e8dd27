// Appends to the event log on PostgreSQL: many streams' appends as one statement, which is also one transaction. The
// statement compares expected version and lease epoch under the stream's row lock, takes command ids and names, and stores
// events and heads, or leaves a request out; then it is found out what said no. A conflict of one changes nothing for the
// others.
//
// One thread. When a batch returns, what it answered with records is durable. Where the connection is lost so that nobody
// knows what became of a batch, it is sent again: event ids are unique, so what was stored is answered as repeated, and the
// second sending waits for whatever the first one still does. Only where the server stays away is the answer "not known".
#pragma once

#include "adapters/postgres/connection_threads.hpp"
#include "adapters/postgres/furthest_event.hpp"
#include "adapters/postgres/server_session.hpp"
#include "engine/ports/event_log.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::postgres {

class appender {
public:
    // How long a lost answer is looked for.
    static constexpr std::chrono::seconds patience{8};

    // `process`: what this process is called (append_sql.hpp).
    appender(const server_address& where, watch& watched, std::string process, std::shared_ptr<furthest_event> known);

    // No two of one stream, and no two of one command.
    std::vector<append_result> append(std::vector<append_request> batch);

    // Any thread: what is being looked for is not looked for any longer.
    void stop();

    // Throws where the request is a bug of the caller.
    static void check(const append_request& request);

private:
    struct known_hash {
        std::uint64_t version = 0;
        std::string hash;
    };
    using prepared = std::vector<std::vector<event_record>>;  // by request

    std::optional<trouble> send(const std::vector<append_request>& batch, prepared& records);
    std::optional<trouble> send_until_known(const std::vector<append_request>& batch, prepared& records);
    std::optional<trouble> learn_hashes(const std::vector<append_request>& batch);
    prepared chained(const std::vector<append_request>& batch);
    std::string hash_before(const append_request& request) const;
    append_result alone(const append_request& request);
    append_result stored(const append_request& request, std::vector<event_record> records);
    append_result why_not(const append_request& request, bool& may_try_again);
    void remember(const append_request& request, const std::vector<event_record>& records);

    const std::shared_ptr<furthest_event> known_;
    const std::string process_, statement_;
    session on_;
    watch& watched_;
    bool may_prepare_ = true;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::unordered_map<std::string, known_hash> hashes_;  // of the streams' last events, as far as this process knows
};

}  // namespace slipway::postgres
