#include "adapters/hetzner/errors.hpp"

#include "engine/base/redact.hpp"
#include "engine/base/terminal_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace slipway::hetzner {

using nlohmann::json;

namespace {

struct envelope {
    std::string code;
    std::string message;
    std::string details;  // the fields or limits that Hetzner names, as a text
};

std::string text(const json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& member(const json& object, const char* key) {
    static const json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

void add(std::string& list, const std::string& item) {
    if (item.empty()) return;
    if (!list.empty()) list += ", ";
    list += item;
}

envelope read_envelope(const std::string& body) {
    envelope out;
    const json document = json::parse(body, nullptr, false);
    const json& error = member(document, "error");
    out.code = text(error, "code");
    out.message = text(error, "message");
    const json& details = member(error, "details");
    const json& fields = member(details, "fields");
    for (std::size_t i = 0; fields.is_array() && i < fields.size(); ++i) {
        const json& messages = member(fields[i], "messages");
        std::string item = text(fields[i], "name");
        for (std::size_t m = 0; messages.is_array() && m < messages.size(); ++m)
            if (messages[m].is_string()) item += (m == 0 ? ": " : " ") + messages[m].get<std::string>();
        add(out.details, item);
    }
    const json& limits = member(details, "limits");
    for (std::size_t i = 0; limits.is_array() && i < limits.size(); ++i) add(out.details, text(limits[i], "name"));
    add(out.details, text(details, "announcement"));
    return out;
}

cloud_failure classify(int status, std::string_view code) {
    if (status == 401) return cloud_failure::unauthorized;
    if (status == 404) return cloud_failure::not_found;
    if (status == 408) return cloud_failure::lost;  // the server gave up on reading or on answering: outcome unknown
    if (status == 429) return cloud_failure::rate_limited;
    if (status >= 500) return cloud_failure::server_error;
    if (status < 400) return cloud_failure::bad_answer;  // a redirect or the like: somebody else answers there

    struct row {
        std::string_view code;
        cloud_failure means;
    };
    static constexpr row rows[] = {
        {"unauthorized", cloud_failure::unauthorized},
        {"token_readonly", cloud_failure::unauthorized},
        {"forbidden", cloud_failure::forbidden},
        {"maintenance", cloud_failure::conflict},  // for a while: the same request again, later
        {"resource_limit_exceeded", cloud_failure::quota},
        {"not_found", cloud_failure::not_found},
        {"uniqueness_error", cloud_failure::name_taken},
        {"conflict", cloud_failure::conflict},
        {"service_error", cloud_failure::conflict},  // 422, "try again": the same request is repeated
        {"resource_unavailable", cloud_failure::unavailable},
        {"placement_error", cloud_failure::unavailable},
        {"no_space_left_in_location", cloud_failure::unavailable},
        {"no_subnet_available", cloud_failure::invalid},
        {"ip_not_available", cloud_failure::invalid},
        {"networks_overlap", cloud_failure::invalid},
        {"locked", cloud_failure::locked},
        {"resource_locked", cloud_failure::locked},
        {"resource_in_use", cloud_failure::locked},
        {"must_be_unassigned", cloud_failure::locked},
        {"protected", cloud_failure::protected_resource},
        {"rate_limit_exceeded", cloud_failure::rate_limited},
        {"primary_ip_version_mismatch", cloud_failure::invalid},
        {"primary_ip_assigned", cloud_failure::invalid},
        {"primary_ip_datacenter_mismatch", cloud_failure::invalid},
        {"unsupported_error", cloud_failure::invalid},
        {"invalid_input", cloud_failure::invalid},
        {"json_error", cloud_failure::invalid},
        {"method_not_allowed", cloud_failure::invalid},
        {"deprecated_api_endpoint", cloud_failure::invalid},
    };
    for (const row& known : rows)
        if (known.code == code) return known.means;

    switch (status) {  // a code that is new, or none (a proxy's page)
        case 403:
            return cloud_failure::forbidden;
        case 409:
            return cloud_failure::conflict;
        case 412:
            return cloud_failure::unavailable;
        case 423:
            return cloud_failure::locked;
        default:
            return cloud_failure::invalid;
    }
}

std::string sentence(cloud_failure failure) {
    switch (failure) {
        case cloud_failure::unauthorized:
            return "Hetzner does not accept the token; check that it exists, belongs to the right project and may "
                   "write.";
        case cloud_failure::forbidden:
            return "Hetzner does not allow this now; check the token's rights and the project.";
        case cloud_failure::quota:
            return "The Hetzner project has reached a limit; delete something or ask Hetzner for a higher limit.";
        case cloud_failure::not_found:
            return "Hetzner does not know it.";
        case cloud_failure::name_taken:
            return "The Hetzner project has this name or key already.";
        case cloud_failure::conflict:
            return "Something changed at Hetzner during the request; it may be repeated.";
        case cloud_failure::unavailable:
            return "This server type cannot be ordered in this location now.";
        case cloud_failure::invalid:
            return "Hetzner refused the request as wrong.";
        case cloud_failure::locked:
            return "Another action runs on it at Hetzner; wait for that to end.";
        case cloud_failure::protected_resource:
            return "Its delete protection is on; switch that off at Hetzner first.";
        case cloud_failure::rate_limited:
            return "The Hetzner project has used up its requests for now.";
        case cloud_failure::server_error:
            return "Hetzner failed to answer properly.";
        default:
            return "Hetzner gave an unexpected answer.";
    }
}

// Others' text in our sentence: no control characters, bounded, no token.
std::string foreign(std::string_view raw, std::string_view token) {
    std::string out = without_controls(redact(raw, token));
    for (char& c : out)
        if (c == '\n' || c == '\t') c = ' ';
    if (out.size() > 400) {
        std::size_t end = 400;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;  // not inside a character
        out.resize(end);
        out += "...";
    }
    return out;
}

// A count in a header; none where it is no number or below zero.
std::optional<long> number(const net::http_headers& headers, std::string_view name) {
    const auto text = net::find_header(headers, name);
    long value = 0;
    if (!text) return std::nullopt;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failed != std::errc{} || end != text->data() + text->size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

cloud_error read_error(const net::http_response& answer, std::string_view token) {
    const envelope told = read_envelope(answer.body);
    cloud_error out;
    out.failure = classify(answer.status, told.code);
    out.status = answer.status;
    out.code = foreign(told.code, token);
    std::string said = "HTTP " + std::to_string(answer.status);
    if (!told.code.empty()) said += " " + told.code;
    if (!told.message.empty()) said += ": " + told.message;
    if (!told.details.empty()) said += " (" + told.details + ")";
    out.message = sentence(out.failure) + " [" + foreign(said, token) + "]";
    if (out.failure == cloud_failure::rate_limited) out.wait_ms = static_cast<int>(pause_after(answer.headers).count());
    return out;
}

cloud_error read_error(const net::http_error& failed, std::string_view token) {
    cloud_error out;
    switch (failed.failure) {
        case net::http_failure::not_sent:
            out.failure = cloud_failure::not_sent;
            break;
        case net::http_failure::lost:
            out.failure = cloud_failure::lost;
            break;
        case net::http_failure::too_large:
        case net::http_failure::malformed:
            out.failure = cloud_failure::bad_answer;
            break;
    }
    out.message = redact(failed.message, token);
    return out;
}

cloud_error unreadable(int status, std::string_view what) {
    cloud_error out;
    out.failure = cloud_failure::bad_answer;
    out.status = status;
    out.message = "Hetzner answered HTTP " + std::to_string(status) + ", but without " + std::string(what) +
                  "; what it did has to be looked up.";
    return out;
}

std::chrono::milliseconds pause_after(const net::http_headers& headers) {
    const long asked = number(headers, "Retry-After").value_or(0);
    if (asked > 0) return std::chrono::milliseconds(std::min(asked, 60L) * 1000);
    const long limit = number(headers, "RateLimit-Limit").value_or(0);
    const long refill_ms = limit > 0 ? 3'600'000L / limit : 1000L;
    return std::chrono::milliseconds(std::clamp(refill_ms, 1000L, 60'000L));
}

budget_report budget_in(const net::http_headers& headers, int status) {
    budget_report report;
    report.limit = number(headers, "RateLimit-Limit");
    report.remaining = number(headers, "RateLimit-Remaining");
    if (status == 429) report.pause = pause_after(headers);
    return report;
}

}  // namespace slipway::hetzner
