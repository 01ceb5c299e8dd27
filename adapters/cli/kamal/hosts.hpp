// The hosts that a deploy.yml names under `servers`, and where each stands in the file. Pure.
//
// Kamal's documentation (docs/configuration/servers, roles): `servers` is a list of hosts, or a mapping of roles; a
// role is a list of hosts, or a mapping with `hosts`. A host is a text, or a mapping from the text to its tags. A plain
// list is the role `web`; `primary_role` may name another as the first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::cli::kamal {

struct host_place {
    std::string host;  // as it stands in the file
    std::string role;
    std::size_t begin = 0;  // of its bytes, without quotes
    std::size_t end = 0;
    std::string trouble;  // why these bytes cannot be exchanged; empty: they can
};

struct host_list {
    std::vector<host_place> places;
    std::string primary_role = "web";
    std::string trouble;  // what could not be understood: there may be more hosts than these
};

// Or a sentence that says why the file is not understood. At most 1 MiB.
std::variant<host_list, std::string> find_hosts(std::string_view file);

// Written to be replaced: <IP-ADDRESS>, 0.0.0.0, the address of Kamal's own template, …
bool is_placeholder(std::string_view host);

bool is_ipv4(std::string_view text);

}  // namespace slipway::cli::kamal
