#include "tools/hetzner-sim/price_list.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <optional>
#include <string_view>

namespace slipway::sim {

namespace {

struct location_row {
    int id;
    const char* name;
    const char* description;
    const char* country;
    const char* city;
    double latitude, longitude;
    const char* zone;
};

constexpr location_row location_rows[] = {
    {1, "fsn1", "Falkenstein DC Park 1", "DE", "Falkenstein", 50.47612, 12.370071, "eu-central"},
    {2, "nbg1", "Nuremberg DC Park 1", "DE", "Nuremberg", 49.452102, 11.076665, "eu-central"},
    {3, "hel1", "Helsinki DC Park 1", "FI", "Helsinki", 60.169855, 24.938379, "eu-central"},
    {4, "ash", "Ashburn, VA", "US", "Ashburn, VA", 39.045821, -77.487073, "us-east"},
    {5, "hil", "Hillsboro, OR", "US", "Hillsboro, OR", 45.54222, -122.951924, "us-west"},
    {6, "sin", "Singapore", "SG", "Singapore", 1.283333, 103.833333, "ap-southeast"},
};

enum class life { current, ending, ended };

struct type_row {
    int id;
    const char* name;
    int cores, memory_gb, disk_gb;
    const char* cpu;
    const char* architecture;
    const char* category;
    int cents;              // per month, net
    const char* locations;  // a leading '-' : listed but sold out there
    life state;
};

constexpr type_row type_rows[] = {
    {22, "cpx11", 2, 2, 40, "shared", "x86", "Regular Performance", 499, "ash hil sin", life::ending},
    {23, "cpx21", 3, 4, 80, "shared", "x86", "Regular Performance", 899, "ash hil sin", life::ending},
    {24, "cpx31", 4, 8, 160, "shared", "x86", "Regular Performance", 1649, "ash hil sin", life::ending},
    {25, "cpx41", 8, 16, 240, "shared", "x86", "Regular Performance", 3149, "ash hil sin", life::ending},
    {26, "cpx51", 16, 32, 360, "shared", "x86", "Regular Performance", 6449, "ash hil sin", life::ending},
    {45, "cax11", 2, 4, 40, "shared", "arm", "Cost-Optimized", 479, "fsn1 nbg1 hel1", life::current},
    {46, "cax21", 4, 8, 80, "shared", "arm", "Cost-Optimized", 799, "fsn1 nbg1 hel1", life::current},
    {47, "cax31", 8, 16, 160, "shared", "arm", "Cost-Optimized", 1549, "fsn1 nbg1 hel1", life::current},
    {48, "cax41", 16, 32, 320, "shared", "arm", "Cost-Optimized", 3049, "fsn1 -nbg1 -hel1", life::current},
    {96, "ccx13", 2, 8, 80, "dedicated", "x86", "General Purpose", 1599, "fsn1 nbg1 hel1 ash hil sin", life::current},
    {97, "ccx23", 4, 16, 160, "dedicated", "x86", "General Purpose", 3149, "fsn1 nbg1 hel1 ash hil sin", life::current},
    {98, "ccx33", 8, 32, 240, "dedicated", "x86", "General Purpose", 6249, "fsn1 nbg1 hel1 ash hil sin", life::current},
    {99, "ccx43", 16, 64, 360, "dedicated", "x86", "General Purpose", 12499, "fsn1 nbg1 hel1 ash hil sin",
     life::current},
    {100, "ccx53", 32, 128, 600, "dedicated", "x86", "General Purpose", 24999, "fsn1 nbg1 hel1 ash hil sin",
     life::current},
    {101, "ccx63", 48, 192, 960, "dedicated", "x86", "General Purpose", 37499, "fsn1 nbg1 hel1 ash hil", life::current},
    {104, "cx22", 2, 4, 40, "shared", "x86", "Cost-Optimized", 379, "fsn1 nbg1 hel1", life::ended},
    {105, "cx32", 4, 8, 80, "shared", "x86", "Cost-Optimized", 680, "fsn1 nbg1 hel1", life::ended},
    {106, "cx42", 8, 16, 160, "shared", "x86", "Cost-Optimized", 1690, "fsn1 nbg1 hel1", life::ended},
    {107, "cx52", 16, 32, 320, "shared", "x86", "Cost-Optimized", 3240, "fsn1 nbg1 hel1", life::ended},
    {108, "cpx12", 1, 2, 40, "shared", "x86", "Regular Performance", 649, "fsn1 nbg1 hel1 sin", life::current},
    {109, "cpx22", 2, 4, 80, "shared", "x86", "Regular Performance", 799, "fsn1 nbg1 hel1 sin", life::current},
    {110, "cpx32", 4, 8, 160, "shared", "x86", "Regular Performance", 1399, "fsn1 nbg1 hel1 sin", life::current},
    {111, "cpx42", 8, 16, 320, "shared", "x86", "Regular Performance", 2549, "fsn1 nbg1 hel1 sin", life::current},
    {112, "cpx52", 12, 24, 480, "shared", "x86", "Regular Performance", 3649, "fsn1 nbg1 hel1 sin", life::current},
    {113, "cpx62", 16, 32, 640, "shared", "x86", "Regular Performance", 5049, "fsn1 nbg1 hel1 sin", life::current},
    {114, "cx23", 2, 4, 40, "shared", "x86", "Cost-Optimized", 549, "fsn1 nbg1 hel1", life::current},
    {115, "cx33", 4, 8, 80, "shared", "x86", "Cost-Optimized", 849, "fsn1 nbg1 hel1", life::current},
    {116, "cx43", 8, 16, 160, "shared", "x86", "Cost-Optimized", 1349, "fsn1 nbg1 hel1", life::current},
    {117, "cx53", 16, 32, 320, "shared", "x86", "Cost-Optimized", 2549, "-fsn1 nbg1 hel1", life::current},
};

struct image_row {
    const char* name;
    const char* description;
    const char* flavor;
    const char* version;
    bool deprecated;
};

constexpr image_row system_rows[] = {
    {"alma-8", "AlmaLinux 8", "alma", "8", false},
    {"alma-9", "AlmaLinux 9", "alma", "9", false},
    {"alma-10", "AlmaLinux 10", "alma", "10", false},
    {"centos-stream-9", "CentOS Stream 9", "centos", "stream9", false},
    {"centos-stream-10", "CentOS Stream 10", "centos", "stream10", false},
    {"debian-11", "Debian 11", "debian", "11", true},
    {"debian-12", "Debian 12", "debian", "12", false},
    {"debian-13", "Debian 13", "debian", "13", false},
    {"fedora-42", "Fedora 42", "fedora", "42", false},
    {"fedora-43", "Fedora 43", "fedora", "43", false},
    {"opensuse-15", "openSUSE Leap 15", "opensuse", "15", false},
    {"opensuse-16", "openSUSE Leap 16", "opensuse", "16", false},
    {"rocky-8", "Rocky Linux 8", "rocky", "8", false},
    {"rocky-9", "Rocky Linux 9", "rocky", "9", false},
    {"rocky-10", "Rocky Linux 10", "rocky", "10", false},
    {"ubuntu-22.04", "Ubuntu 22.04", "ubuntu", "22.04", false},
    {"ubuntu-24.04", "Ubuntu 24.04", "ubuntu", "24.04", false},
    {"ubuntu-26.04", "Ubuntu 26.04", "ubuntu", "26.04", false},
};

constexpr const char* app_names[] = {
    "coolify",    "docker-ce",          "gitlab",   "jitsi",     "lamp",     "nextcloud", "owncast",
    "photoprism", "prometheus-grafana", "rustdesk", "wireguard", "wordpress"};

// Not every app is there for both architectures.
constexpr std::string_view x86_only_app = "gitlab";

// Units of 10^-10 → "5.4900000000" and, with 19 % VAT, "6.5331000000000000".
json price(long long net) {
    char text[64];
    std::snprintf(text, sizeof text, "%lld.%010lld", net / 10'000'000'000, net % 10'000'000'000);
    json p = {{"net", text}};
    const long long gross = net * 119;  // units of 10^-12
    std::snprintf(text, sizeof text, "%lld.%012lld0000", gross / 1'000'000'000'000, gross % 1'000'000'000'000);
    p["gross"] = text;
    return p;
}

constexpr long long cents(long long n) {
    return n * 100'000'000;
}

json deprecation(const char* announced, const char* unavailable_after) {
    return {{"unavailable_after", unavailable_after}, {"announced", announced}};
}

json deprecation_of(life state) {
    if (state == life::ended) return deprecation("2025-10-16T00:00:00Z", "2025-12-31T23:59:59Z");
    if (state == life::ending) return deprecation("2026-09-01T00:00:00Z", "2099-12-31T23:59:59Z");
    return nullptr;
}

json price_rows(int monthly_cents, const std::vector<std::string>& locations) {
    json rows = json::array();
    for (const auto& name : locations)
        rows.push_back({{"location", name},
                        {"price_hourly", price(cents(monthly_cents) / 624)},
                        {"price_monthly", price(cents(monthly_cents))},
                        {"included_traffic", 21'990'232'555'520},
                        {"price_per_tb_traffic", price(cents(100))}});
    return rows;
}

json image_json(std::int64_t id, const image_row& row, const char* type, const char* architecture) {
    json image = {{"id", id},
                  {"type", type},
                  {"status", "available"},
                  {"name", row.name},
                  {"description", row.description},
                  {"image_size", nullptr},
                  {"disk_size", 5},
                  {"created", "2025-03-01T08:00:00Z"},
                  {"created_from", nullptr},
                  {"bound_to", nullptr},
                  {"os_flavor", row.flavor},
                  {"os_version", row.version},
                  {"rapid_deploy", true},
                  {"protection", {{"delete", false}}},
                  {"deprecated", nullptr},
                  {"deprecation", nullptr},
                  {"deleted", nullptr},
                  {"labels", json::object()},
                  {"architecture", architecture}};
    if (row.deprecated) {
        image["deprecated"] = "2026-08-31T00:00:00Z";
        image["deprecation"] = deprecation("2026-08-31T00:00:00Z", "2026-11-30T00:00:00Z");
    }
    return image;
}

std::optional<std::int64_t> as_id(const json& reference) {
    if (reference.is_number_integer()) return reference.get<std::int64_t>();
    if (!reference.is_string()) return std::nullopt;
    const auto& text = reference.get_ref<const std::string&>();
    if (text.empty() || text.size() > 16 ||
        !std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
        return std::nullopt;
    return std::stoll(text);
}

template <class Also>
const json* find(const std::vector<json>& rows, const json& reference, Also also) {
    const auto id = as_id(reference);
    for (const auto& row : rows) {
        if (id ? row.at("id") == *id : (row.at("name") == reference && also(row))) return &row;
    }
    return nullptr;
}

}  // namespace

catalog::catalog() {
    for (const auto& row : location_rows)
        locations_.push_back({{"id", row.id},
                              {"name", row.name},
                              {"description", row.description},
                              {"country", row.country},
                              {"city", row.city},
                              {"latitude", row.latitude},
                              {"longitude", row.longitude},
                              {"network_zone", row.zone}});

    std::vector<std::string> all_locations;
    for (const auto& row : location_rows) all_locations.emplace_back(row.name);

    for (const auto& row : type_rows) {
        std::vector<std::string> names;
        json places = json::array();
        for (std::string_view rest = row.locations; !rest.empty();) {
            const auto end = std::min(rest.find(' '), rest.size());
            std::string name(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const bool sold_out = name.front() == '-';
            if (sold_out) name.erase(0, 1);
            names.push_back(name);
            places.push_back({{"id", location(name)->at("id")},
                              {"name", name},
                              {"deprecation", deprecation_of(row.state)},
                              {"recommended", row.state == life::current && !sold_out},
                              {"available", row.state != life::ended && !sold_out}});
        }
        std::string description = row.name;
        std::transform(description.begin(), description.end(), description.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        server_types_.push_back({{"id", row.id},
                                 {"name", row.name},
                                 {"description", description},
                                 {"category", row.category},
                                 {"cores", row.cores},
                                 {"memory", static_cast<double>(row.memory_gb)},
                                 {"disk", row.disk_gb},
                                 {"deprecated", row.state != life::current},
                                 {"deprecation", deprecation_of(row.state)},
                                 {"prices", price_rows(row.cents, names)},
                                 {"storage_type", "local"},
                                 {"cpu_type", row.cpu},
                                 {"architecture", row.architecture},
                                 {"locations", std::move(places)}});
    }

    std::int64_t id = 114'690'387;
    for (const auto& row : system_rows)
        for (const char* architecture : {"x86", "arm"})
            images_.push_back(image_json(id += 2, row, "system", architecture));
    for (const std::string_view name : app_names)
        for (const char* architecture : {"x86", "arm"}) {
            if (name == x86_only_app && architecture == std::string_view("arm")) continue;
            images_.push_back(image_json(id += 2, image_row{name.data(), name.data(), "ubuntu", "24.04", false}, "app",
                                         architecture));
        }

    // What somebody has made of a server that is gone.
    json snapshot = image_json(id += 2, image_row{"", "web-all-set-up", "ubuntu", "24.04", false}, "snapshot", "x86");
    snapshot["name"] = nullptr;
    snapshot["image_size"] = 2.3;
    snapshot["created_from"] = {{"id", 114'230'001}, {"name", "web0"}};
    snapshot["rapid_deploy"] = false;
    images_.push_back(std::move(snapshot));

    for (const auto& [lb_id, name, services, targets, monthly] :
         {std::tuple{1, "lb11", 5, 25, 749}, {2, "lb21", 15, 75, 1949}, {3, "lb31", 30, 150, 3649}}) {
        std::string description = name;
        description.replace(0, 2, "LB");
        load_balancer_types_.push_back({{"id", lb_id},
                                        {"name", name},
                                        {"description", description},
                                        {"max_connections", services * 4000},
                                        {"max_services", services},
                                        {"max_targets", targets},
                                        {"max_assigned_certificates", services * 2},
                                        {"deprecated", nullptr},
                                        {"deprecation", nullptr},
                                        {"prices", price_rows(monthly, all_locations)}});
    }

    const auto prices_only = [](const std::vector<json>& rows) {
        json list = json::array();
        for (const auto& row : rows)
            list.push_back({{"id", row.at("id")}, {"name", row.at("name")}, {"prices", row.at("prices")}});
        return list;
    };
    const auto ip_prices = [&](int ipv4_cents, bool hourly) {
        json list = json::array();
        for (const char* type : {"ipv4", "ipv6"}) {
            const long long monthly = std::string_view(type) == "ipv4" ? cents(ipv4_cents) : 0;
            json rows = json::array();
            for (const auto& name : all_locations) {
                json row = {{"location", name}};
                if (hourly) row["price_hourly"] = price(monthly / 624);
                row["price_monthly"] = price(monthly);
                rows.push_back(std::move(row));
            }
            list.push_back({{"type", type}, {"prices", std::move(rows)}});
        }
        return list;
    };
    pricing_ = {{"currency", "EUR"},
                {"vat_rate", "19.00"},
                {"image", {{"price_per_gb_month", price(cents(1) + cents(1) / 10)}}},
                {"volume", {{"price_per_gb_month", price(cents(4) + cents(4) / 10)}}},
                {"floating_ip", {{"price_monthly", price(cents(300))}}},
                {"floating_ips", ip_prices(300, false)},
                {"primary_ips", ip_prices(50, true)},
                {"server_backup", {{"percentage", "20.00"}}},
                {"server_types", prices_only(server_types_)},
                {"load_balancer_types", prices_only(load_balancer_types_)}};
}

const json* catalog::location(const json& reference) const {
    return find(locations_, reference, [](const json&) { return true; });
}

const json* catalog::server_type(const json& reference) const {
    return find(server_types_, reference, [](const json&) { return true; });
}

const json* catalog::image(const json& reference, const std::string& architecture) const {
    return find(images_, reference, [&](const json& row) { return row.at("architecture") == architecture; });
}

}  // namespace slipway::sim
