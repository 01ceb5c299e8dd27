// What people see: message bodies of Discord's API, made of values. Pure.
//
// Nothing in here mentions anybody (allowed_mentions is empty in each), nothing is longer than Discord takes, and other
// people's words are shown as they are (engine/base/markdown.hpp). A body says all of a message: what it leaves empty is taken away.
// Facts: discord-api-docs, resources/message: content 2000, an embed's title 256, a field's value 1024, all embeds of a
// message 6000 characters, 10 embeds, 25 fields.
#pragma once

#include "adapters/discord/batch.hpp"
#include "engine/service/service.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::discord {

// Marks for messages that only the one who asked sees.
inline constexpr int ephemeral_flag = 64;

// How a VM of a batch stands: as the service shows it, and what went wrong last where it is tried again.
struct vm_now {
    std::optional<service::stream_view> view;  // none: not ordered
    std::string trouble;
};

// Nothing more becomes of it by itself.
bool is_settled(batch_work work, const batch::vm& vm, const vm_now& now);

nlohmann::json text_card(std::string_view content);
// In a code block, whatever is in it; the beginning is left out where it is too long.
nlohmann::json code_card(std::string_view heading, const std::vector<std::string>& lines);

// The plan, with a button to order it and one to drop it.
nlohmann::json plan_card(const batch& b, int live, int quota);
// The VM that is to be deleted, likewise.
nlohmann::json removal_card(const batch& b, const service::stream_view& vm);
// While it is being done, and when it is: a row per VM, an embed for each that is ready.
nlohmann::json progress_card(const batch& b, const std::vector<vm_now>& vms);
// The same, short, for where others see it: no addresses.
nlohmann::json progress_notice(const batch& b, const std::vector<vm_now>& vms);

nlohmann::json vm_card(const service::stream_view& vm);
std::string vm_line(const service::stream_view& vm, bool with_owner);

// The answer that a button's custom_id stands for.
struct pressed {
    std::string batch;
    bool yes = false;
};
std::optional<pressed> pressed_button(std::string_view custom_id);

}  // namespace slipway::discord
