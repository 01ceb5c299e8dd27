// What events are made of: what was asked for, and what could not be given back. Stored as parts of events' `data`.
#pragma once

#include "engine/model/field.hpp"
#include "engine/model/step.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace slipway {

// One place and size where the VM may be created; tried in the order given.
struct candidate {
    std::string server_type;
    std::string location;
    std::int64_t image_id = 0;  // the image of this type's architecture
    static constexpr auto fields =
        std::tuple{field("server_type", &candidate::server_type), field("location", &candidate::location),
                   field("image_id", &candidate::image_id)};
    friend bool operator==(const candidate&, const candidate&) = default;
};

// Everything that was asked for, as it was when it was asked for.
struct vm_spec {
    std::string name;
    std::string provider;  // whose Hetzner project
    std::vector<candidate> candidates;
    std::string image;                          // name, for people
    std::string public_key;                     // the user's OpenSSH public line
    std::string key_name;                       // under which it is registered if Hetzner does not have it
    std::string key_fingerprint;                // MD5 colon form, Hetzner's way
    std::string recipe;                         // script, empty for none; at most 64 KiB
    std::string app;                            // none, coolify, wireguard
    std::map<std::string, std::string> labels;  // the user's own
    int ssh_timeout_s = 120;
    int recipe_timeout_s = 300;
    std::int64_t network = 0;                  // it is attached to this one, by id; 0: none
    std::vector<std::int64_t> firewalls = {};  // that guard it, by id
    static constexpr auto fields = std::tuple{field("name", &vm_spec::name),
                                              field("provider", &vm_spec::provider),
                                              field("candidates", &vm_spec::candidates),
                                              field("image", &vm_spec::image),
                                              field("public_key", &vm_spec::public_key),
                                              field("key_name", &vm_spec::key_name),
                                              field("key_fingerprint", &vm_spec::key_fingerprint),
                                              field("recipe", &vm_spec::recipe),
                                              field("app", &vm_spec::app),
                                              field("labels", &vm_spec::labels),
                                              field("ssh_timeout_s", &vm_spec::ssh_timeout_s),
                                              field("recipe_timeout_s", &vm_spec::recipe_timeout_s),
                                              later_field("network", &vm_spec::network),
                                              later_field("firewalls", &vm_spec::firewalls)};
    friend bool operator==(const vm_spec&, const vm_spec&) = default;
};

// Something of ours at Hetzner that could not be deleted and goes on costing money or space.
struct leak {
    resource_kind kind{};
    std::int64_t id = 0;
    std::string name;
    std::string why;
    bool held = false;  // only a command may delete it: it may be somebody's
    static constexpr auto fields =
        std::tuple{field("kind", &leak::kind), field("id", &leak::id), field("name", &leak::name),
                   field("why", &leak::why), later_field("held", &leak::held)};
    friend bool operator==(const leak&, const leak&) = default;
};

}  // namespace slipway
