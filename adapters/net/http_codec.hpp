// HTTP/1.1 as bytes: requests written, answers read, no socket in sight. Pure; the only user of Beast's parser.
#pragma once

#include "adapters/net/http_client.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace slipway::net {

// Empty where the request cannot be written safely (a line break in a header, a blank in the target).
std::string write_request(const http_request& request, std::string_view authority);

// Reads one answer, fed with whatever pieces arrive. Interim answers (1xx) are skipped.
class response_reader {
public:
    response_reader(std::string_view method, const http_limits& limits);
    ~response_reader();
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;

    enum class progress { more, done, malformed, too_large };

    // Takes what it needs from the front of `bytes` and removes it there. Keep the rest: it comes first next time.
    progress feed(std::string_view& bytes);

    // The peer closed. `done` where that is how this answer ends (neither a length nor chunks), else `more`: cut off.
    progress end_of_stream();

    bool keep_alive() const;  // after done: the connection may carry another request
    http_response take();     // after done

private:
    struct parser;
    std::unique_ptr<parser> parser_;
};

}  // namespace slipway::net
