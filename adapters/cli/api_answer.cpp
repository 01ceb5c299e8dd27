#include "adapters/cli/api_answer.hpp"

#include "engine/base/exit_code.hpp"
#include "adapters/cli/resource_options.hpp"
#include "adapters/cli/wording.hpp"

namespace slipway::cli {

using nlohmann::ordered_json;

namespace {

int code_of(int status, const std::string& type) {
    if (type == "urn:slipway:problem:configuration") return exit_configuration;
    switch (status) {
        case 400:
        case 413:
        case 415:
        case 422:
            return exit_usage;
        case 404:
            return exit_not_found;
        case 401:
        case 403:
        case 409:
            return exit_refused;
        case 502:
        case 503:
        case 504:
            return exit_unreachable;
        default:
            return exit_failed;
    }
}

std::string text_at(const ordered_json& in, const char* name) {
    const auto it = in.find(name);
    return it != in.end() && it->is_string() ? printable(it->get<std::string>()) : "";
}

}  // namespace

api_answer read_answer(const net::http_response& from) {
    api_answer out;
    // What is nested deeper than any answer is left out: to print it again would go as deep as it is.
    constexpr int deepest = 64;
    const auto not_too_deep = [](int depth, ordered_json::parse_event_t, ordered_json&) { return depth <= deepest; };
    auto document = ordered_json::parse(from.body, not_too_deep, false);
    if (from.status / 100 == 2 && !document.is_discarded()) {
        out.document = std::move(document);
        return out;
    }
    const std::string detail = document.is_object() ? text_at(document, "detail") : "";
    if (detail.empty()) {
        out.code = from.status / 100 == 5 ? exit_unreachable : exit_failed;
        out.complaint = "the answer (status " + std::to_string(from.status) +
                        ") is not one of slipway's: check the address in --api or SLIPWAY_API";
        return out;
    }
    out.code = code_of(from.status, text_at(document, "type"));
    out.complaint = detail;
    const auto errors = document.find("errors");
    if (errors == document.end() || !errors->is_array()) return out;
    std::vector<std::string> fields;
    for (const ordered_json& wrong : *errors) {
        if (!wrong.is_object()) continue;
        fields.push_back(text_at(wrong, "field"));
        const std::string what = text_at(wrong, "detail");
        if (detail.find(what) == std::string::npos) out.complaint += "\n  " + fields.back() + ": " + what;
    }
    out.complaint += how_to_name(fields);
    return out;
}

}  // namespace slipway::cli
