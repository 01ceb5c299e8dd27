// What is offered while somebody types an option. Pure: from what this process knows, never from Hetzner. At most 25, those
// that begin with what was typed before those that have it somewhere. Suggestions only: a command may come with any text.
#pragma once

#include "engine/service/service.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace slipway::discord {

struct suggestion {
    std::string label;  // what people see
    std::string value;  // what the command gets
};

// Images that /create takes: of x86, and such that can still be ordered.
std::vector<const catalog::image*> images_for_x86(const catalog& from);
// "ubuntu-24.04"; a snapshot's id.
std::string image_value(const catalog::image& one);
std::string image_label(const catalog::image& one);

// For an option of a command: everything there is.
std::vector<suggestion> from_catalog(const service::project_catalog& known, const std::string& option);
std::vector<suggestion> from_vms(const std::vector<service::stream_view>& vms);

// The data of an autocomplete's answer.
nlohmann::json matching(const std::vector<suggestion>& all, const std::string& typed);

}  // namespace slipway::discord
