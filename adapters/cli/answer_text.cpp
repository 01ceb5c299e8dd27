#include "adapters/cli/answer_text.hpp"

#include "adapters/cli/table.hpp"
#include "adapters/cli/wording.hpp"
#include "engine/machines/states.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>

namespace slipway::cli {

using nlohmann::ordered_json;

namespace {

std::string or_dash(std::string text) {
    return text.empty() ? "-" : text;
}

std::string age(const ordered_json& of, timestamp now) {
    const auto then = parse_rfc3339(text_of(of, "created_at"));
    return then ? age_since(*then, now) : "-";
}

std::string failure_line(const ordered_json& failure) {
    if (!failure.is_object()) return "";
    return text_of(failure, "step") + ": " + text_of(failure, "message");
}

std::string leak_line(const ordered_json& left) {
    return fmt::format("{} {} {}: {}", text_of(left, "kind"), text_of(left, "id"), text_of(left, "name"),
                       text_of(left, "why"));
}

// The cheapest price by month or hour among the places.
std::string least(const ordered_json& places, const char* member) {
    std::string best;
    for (const ordered_json& place : places) {
        const std::string price = text_of(place, member);
        if (price.empty()) continue;
        if (best.empty() || std::strtod(price.c_str(), nullptr) < std::strtod(best.c_str(), nullptr)) best = price;
    }
    if (best.empty()) return "-";
    return fmt::format("{:.4f}", std::strtod(best.c_str(), nullptr));
}

std::string type_table(const ordered_json& list, const std::string& currency) {
    std::vector<table_row> rows{
        {"NAME", "CORES", "MEMORY", "DISK", "ARCH", currency + "/HOUR", currency + "/MONTH", "LOCATIONS"}};
    for (const ordered_json& type : list) {
        std::string places;
        for (const ordered_json& place : member_of(type, "locations")) {
            const std::string name = text_of(place, "location");
            places += (places.empty() ? "" : ",") + (member_of(place, "available") == false ? "(" + name + ")" : name);
        }
        const std::string month = least(member_of(type, "locations"), "monthly_net");
        rows.push_back({text_of(type, "name"), text_of(type, "cores"), text_of(type, "memory_gb") + " GB",
                        text_of(type, "disk_gb") + " GB", text_of(type, "architecture"),
                        least(member_of(type, "locations"), "hourly_net"),
                        month == "-" ? month : month.substr(0, month.size() - 2), or_dash(places)});
    }
    return text_table(rows);
}

}  // namespace

const ordered_json& member_of(const ordered_json& in, std::string_view member) {
    static const ordered_json nothing;
    if (!in.is_object()) return nothing;
    const auto it = in.find(member);
    return it == in.end() ? nothing : *it;
}

std::string text_of(const ordered_json& in, std::string_view member) {
    const ordered_json& value = member_of(in, member);
    if (value.is_string()) return printable(value.get<std::string>());
    if (value.is_number_float()) return fmt::format("{}", value.get<double>());
    return value.is_null() ? "" : value.dump();
}

std::string document_text(const ordered_json& document) {
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string body_text(const ordered_json& document) {
    return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string contract_table(const ordered_json& contracts, timestamp now) {
    std::vector<table_row> rows{{"ID", "STATE", "OFFERING", "PROVIDER", "ADDRESS", "AGE"}};
    for (const ordered_json& c : contracts)
        rows.push_back({text_of(c, "id"), text_of(c, "state"), text_of(c, "offering"), text_of(c, "provider"),
                        or_dash(text_of(c, "instance_ip")), age(c, now)});
    return text_table(rows);
}

std::string contract_details(const ordered_json& c) {
    std::vector<std::pair<std::string, std::string>> lines{
        {"contract", text_of(c, "id")},         {"state", text_of(c, "state")},
        {"stream", text_of(c, "stream")},       {"offering", text_of(c, "offering")},
        {"provider", text_of(c, "provider")},   {"server", text_of(c, "external_id")},
        {"address", text_of(c, "instance_ip")}, {"SSH key", text_of(c, "hetzner_ssh_key_id")}};
    for (const ordered_json& print : member_of(c, "host_key_fingerprints"))
        if (print.is_string()) lines.emplace_back("host key", print.get<std::string>());
    lines.emplace_back("expires", text_of(c, "expires_at"));
    lines.emplace_back("end", text_of(c, "end_reason"));
    lines.emplace_back("terminated", text_of(c, "terminated_at"));
    lines.emplace_back("failure", failure_line(member_of(c, "failure")));
    for (const ordered_json& left : member_of(c, "leaked")) lines.emplace_back("leaked", leak_line(left));
    lines.emplace_back("waiting for", text_of(c, "waiting_for"));
    lines.emplace_back("next try", text_of(c, "next_try_at"));
    lines.emplace_back("created", text_of(c, "created_at"));
    lines.emplace_back("connect", text_of(c, "connection_instructions"));
    return text_details(lines);
}

std::string story_lines(const ordered_json& story) {
    const std::string state = text_of(story, "state"), to_do = text_of(story, "to_do");
    if (to_do.empty() && state == state_name("active")) return {};
    std::string text;
    for (const ordered_json& sentence : member_of(story, "why"))
        if (sentence.is_string())
            text += fmt::format("{:<12} {}\n", text.empty() ? "why" : "", printable(sentence.get<std::string>()));
    if (!to_do.empty()) text += fmt::format("{:<12} {}\n", "what to do", to_do);
    return text;
}

std::string provider_details(const ordered_json& p) {
    const bool works = member_of(p, "token_works") == true;
    return text_details({{"provider", text_of(p, "id")},
                         {"token", works ? "works" : "does not work: " + text_of(p, "token_problem")},
                         {"checked", text_of(p, "token_checked_at")},
                         {"email", text_of(p, "email")},
                         {"telegram", text_of(p, "telegram_chat")},
                         {"discord", member_of(p, "discord_webhook_set") == true ? "a webhook" : ""},
                         {"created", text_of(p, "created_at")}});
}

std::string offering_table(const ordered_json& offerings) {
    std::vector<table_row> rows{{"ID", "PROVIDER", "TYPE", "LOCATION", "IMAGE", "RECIPE"}};
    for (const ordered_json& o : offerings) {
        const ordered_json& config = member_of(o, "infra_config");
        rows.push_back({text_of(o, "id"), text_of(o, "provider"), text_of(config, "server_type"),
                        text_of(config, "location"), text_of(config, "image"),
                        member_of(o, "recipe_script").is_string() ? "yes" : "-"});
    }
    return text_table(rows);
}

std::string offering_details(const ordered_json& o) {
    const ordered_json& config = member_of(o, "infra_config");
    const std::string recipe = text_of(o, "recipe_script");
    std::string text = text_details({{"offering", text_of(o, "id")},
                                     {"provider", text_of(o, "provider")},
                                     {"type", text_of(config, "server_type")},
                                     {"location", text_of(config, "location")},
                                     {"image", text_of(config, "image")},
                                     {"changed", text_of(o, "changed_at")}});
    if (recipe.empty()) return text;
    text += "recipe\n";
    std::string_view rest = recipe;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        text += "  " + std::string(rest.substr(0, end)) + "\n";
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return text;
}

std::string vm_table(const ordered_json& vms, timestamp now) {
    std::vector<table_row> rows{{"NAME", "STATE", "TYPE", "LOCATION", "IPV4", "AGE"}};
    for (const ordered_json& vm : vms) {
        const bool placed = !member_of(vm, "server_id").is_null();
        rows.push_back({text_of(vm, "name"), text_of(vm, "state"), placed ? text_of(vm, "server_type") : "-",
                        placed ? text_of(vm, "location") : "-", placed ? text_of(vm, "ipv4") : "-", age(vm, now)});
    }
    return text_table(rows);
}

std::string catalog_table(const std::string& part, const ordered_json& list, const std::string& currency) {
    if (part == "server_types") return type_table(list, currency);
    std::vector<table_row> rows;
    if (part == "locations")
        rows.push_back({"NAME", "CITY", "COUNTRY", "ZONE"});
    else if (part == "images")
        rows.push_back({"ID", "NAME", "ARCH", "TYPE", "DESCRIPTION"});
    else
        rows.push_back({"ID", "NAME", part == "networks" ? "RANGE" : part == "ssh_keys" ? "FINGERPRINT" : "DETAIL"});
    for (const ordered_json& one : list) {
        if (part == "locations")
            rows.push_back({text_of(one, "name"), cell(text_of(one, "city")), text_of(one, "country"),
                            text_of(one, "network_zone")});
        else if (part == "images")
            rows.push_back(
                {text_of(one, "id"), or_dash(cell(text_of(one, "name"), 24)), text_of(one, "architecture"),
                 text_of(one, "type"),
                 cell(text_of(one, "description"), 28) + (member_of(one, "deprecated") == true ? " (deprecated)" : "")});
        else
            rows.push_back({text_of(one, "id"), cell(text_of(one, "name"), 32), cell(text_of(one, "detail"), 48)});
    }
    return text_table(rows);
}

std::string audit_table(const ordered_json& findings) {
    std::vector<table_row> rows{{"WHAT", "PROVIDER", "KIND", "ID", "NAME", "COST/DAY"}};
    for (const ordered_json& f : findings)
        rows.push_back({text_of(f, "what"), text_of(f, "provider"), text_of(f, "kind"), text_of(f, "id"),
                        cell(text_of(f, "name"), 32), or_dash(text_of(f, "cost_per_day"))});
    std::string text = text_table(rows), table;
    // The advice stands below its row.
    std::size_t line = 0;
    for (std::size_t from = 0; from < text.size(); ++line) {
        const std::size_t end = text.find('\n', from) + 1;
        table += text.substr(from, end - from);
        from = end;
        if (line > 0) table += "  " + text_of(findings[line - 1], "advice") + "\n";
    }
    return table;
}

}  // namespace slipway::cli
