// A small catalog in Hetzner's own words, for tests: types of both architectures, one that is gone, one that ends in
// one place, images with one name for both architectures.
#pragma once

#include <nlohmann/json.hpp>

namespace slipway::test {

inline nlohmann::json server_types() {
    return nlohmann::json::parse(R"([
      {"id":114,"name":"cx23","description":"CX23","cores":2,"memory":4.0,"disk":40,"category":"Cost-Optimized",
       "cpu_type":"shared","architecture":"x86","deprecated":false,"deprecation":null,
       "prices":[{"location":"fsn1","price_hourly":{"net":"0.0088000000","gross":"0.0104720000000000"},
                  "price_monthly":{"net":"5.4900000000","gross":"6.5331000000000000"}},
                 {"location":"nbg1","price_hourly":{"net":"0.0088000000","gross":"0.0104720000000000"},
                  "price_monthly":{"net":"5.4900000000","gross":"6.5331000000000000"}},
                 {"location":"ash","price_hourly":{"net":"0.01","gross":"0.01"},
                  "price_monthly":{"net":"6","gross":"6"}}],
       "locations":[{"id":1,"name":"fsn1","deprecation":null,"recommended":true,"available":false},
                    {"id":2,"name":"nbg1","deprecation":null,"recommended":false,"available":true}]},
      {"id":45,"name":"cax11","description":"CAX11","cores":2,"memory":4.0,"disk":40,"cpu_type":"shared",
       "architecture":"arm","deprecation":null,"prices":[],
       "locations":[{"id":2,"name":"nbg1","deprecation":{"announced":"2026-01-01T00:00:00Z",
                     "unavailable_after":"2026-06-01T00:00:00Z"},"available":true},
                    {"id":3,"name":"hel1","deprecation":null,"available":true}]},
      {"id":22,"name":"cx22","description":"CX22","cores":2,"memory":4.0,"disk":40,"cpu_type":"shared",
       "architecture":"x86","deprecated":true,
       "deprecation":{"announced":"2025-10-16T00:00:00Z","unavailable_after":"2026-01-01T00:00:00Z"},
       "prices":null,"locations":[{"id":2,"name":"nbg1","deprecation":null,"available":true}]}])");
}

inline nlohmann::json locations() {
    return nlohmann::json::parse(R"([
      {"id":1,"name":"fsn1","description":"Falkenstein DC Park 1","country":"DE","city":"Falkenstein","latitude":50.4,
       "longitude":12.3,"network_zone":"eu-central"},
      {"id":2,"name":"nbg1","country":"DE","city":"Nuremberg","network_zone":"eu-central"},
      {"id":3,"name":"hel1","country":"FI","city":"Helsinki","network_zone":"eu-central"},
      {"id":4,"name":"ash","country":"US","city":"Ashburn, VA","network_zone":"us-east"}])");
}

inline nlohmann::json images() {
    return nlohmann::json::parse(R"([
      {"id":161547269,"type":"system","status":"available","name":"ubuntu-24.04","description":"Ubuntu 24.04",
       "os_flavor":"ubuntu","os_version":"24.04","architecture":"x86","deprecated":null,"labels":{}},
      {"id":161547270,"type":"system","status":"available","name":"ubuntu-24.04","os_flavor":"ubuntu",
       "os_version":"24.04","architecture":"arm","deprecated":null,"deprecation":null},
      {"id":3,"type":"system","status":"available","name":"debian-13","os_flavor":"debian","os_version":"13",
       "architecture":"x86","deprecated":null},
      {"id":4,"type":"app","status":"available","name":"wireguard","os_flavor":"ubuntu","os_version":null,
       "architecture":"x86","deprecated":"2026-08-31T00:00:00Z"},
      {"id":5,"type":"snapshot","status":"available","name":null,"architecture":"x86"}])");
}

inline nlohmann::json pricing() {
    return nlohmann::json::parse(R"({"currency":"EUR","vat_rate":"19.00","primary_ips":[
      {"type":"ipv4","prices":[{"location":"nbg1","price_hourly":{"net":"0.0008000000","gross":"0.0009520000"},
                                "price_monthly":{"net":"0.5000000000","gross":"0.5950000000"}}]},
      {"type":"ipv6","prices":[{"location":"nbg1","price_hourly":{"net":"9","gross":"9"},
                                "price_monthly":{"net":"9","gross":"9"}}]}]})");
}

}  // namespace slipway::test
