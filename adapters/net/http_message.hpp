// HTTP requests and answers as plain values, for the client and for the server alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::net {

struct http_header {
    std::string name;
    std::string value;
};

using http_headers = std::vector<http_header>;

// The same but for the case of ASCII letters, as names of headers are compared.
bool same_word(std::string_view a, std::string_view b);

// The first header of that name, whatever its case.
std::optional<std::string_view> find_header(const http_headers& headers, std::string_view name);

struct http_request {
    std::string method = "GET";
    std::string target;  // path and query, percent-encoded: "/v1/servers?name=web1"
    http_headers headers;
    std::string body;
};

struct http_response {
    int status = 0;
    http_headers headers;
    std::string body;
};

}  // namespace slipway::net
