// A request's JSON object, read strictly: every field that is missing, unknown or of the wrong kind is named, all at
// once. Values are never repeated in what is said about them. All strings of the parsed document are wiped when the
// reader goes: one of them may be a token.
#pragma once

#include "adapters/net/http_message.hpp"
#include "adapters/net/http_problem.hpp"
#include "adapters/net/http_server.hpp"
#include "engine/base/secret.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

enum class need { required, optional };

inline constexpr std::int64_t largest_resource_id = 9'007'199'254'740'991;  // Hetzner's are whole numbers of JSON

class body_reader {
public:
    // Of the request's body; not_readable() tells whether it is a JSON object at all. An empty body is an empty object
    // where `may_be_empty`.
    explicit body_reader(const net::http_request& request, bool may_be_empty = false);
    ~body_reader();
    body_reader(const body_reader&) = delete;
    body_reader& operator=(const body_reader&) = delete;

    // 400 or 415; none: the fields can be read.
    const std::optional<net::http_reply>& not_readable() const { return not_readable_; }

    // A field that is absent or wrong gives an empty value; what is wrong is noted. A text has no control characters
    // but tabs and line ends where `lines`, and is at most `longest` bytes; an empty one is wrong.
    struct text_rule {
        std::size_t longest = 256;
        bool lines = false;
    };
    std::string text(std::string_view field, need n, text_rule rule);
    slipway::secret secret(std::string_view field, need n, std::size_t longest);  // printable ASCII
    std::optional<std::int64_t> number(std::string_view field, std::int64_t least, std::int64_t most);
    // The id of something at Hetzner, or null for none of them, which is 0 here.
    std::optional<std::int64_t> resource_or_none(std::string_view field);
    // Several of them; null is as good as an empty list.
    std::optional<std::vector<std::int64_t>> resources(std::string_view field, std::size_t most);
    std::map<std::string, std::string> texts(std::string_view field, std::size_t most);  // {"name": "text"}
    // The fields of an object in this one, which is required: read on with names like "infra_config.location".
    void object(std::string_view field);

    void wrong(std::string_view field, std::string detail);
    bool has_wrong(std::string_view field) const;

    // To be called last: names the fields that nobody has asked for. None: all is well; else 422.
    std::optional<net::http_reply> verdict();

private:
    struct document;
    std::unique_ptr<document> document_;
    std::optional<net::http_reply> not_readable_;
    std::vector<net::problem_field> wrong_;
};

}  // namespace slipway::api
