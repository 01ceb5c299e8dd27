// Hetzner's JSON to the engine's values, and back. Pure. Reading is lenient: unknown keys, null in place of arrays,
// missing optional parts and wrong types in the parts that nobody needs are all taken. An id comes first: where it can
// be read, nothing else in the answer makes it get lost. The root password that an answer may hold is never read.
//
// A reader fails with cloud_failure::bad_answer and nothing else.
#pragma once

#include "engine/ports/cloud.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::hetzner {

// Bodies of POST requests. None where a text is not UTF-8, which JSON cannot carry.
std::optional<std::string> new_ssh_key_body(const new_ssh_key& key);
std::optional<std::string> new_server_body(const new_server& server);

cloud_result<cloud_ssh_key> read_ssh_key(std::string_view body, int status);  // {"ssh_key": …}
cloud_result<cloud_server> read_server(std::string_view body, int status);    // {"server": …}
cloud_result<created_server> read_created_server(std::string_view body,
                                                 int status);                  // {"server", "action", "next_actions"}
cloud_result<std::int64_t> read_action_id(std::string_view body, int status);  // {"action": …}

// One page of a list. Entries without a readable id are left out.
template <class T>
struct page {
    std::vector<T> entries;
    std::optional<int> next;  // none on the last page
};

cloud_result<page<cloud_ssh_key>> read_ssh_keys(std::string_view body, int status);
cloud_result<page<cloud_server>> read_servers(std::string_view body, int status);

enum class action_status { running, success, error };

struct action_state {
    std::int64_t id = 0;
    action_status status = action_status::running;  // what is neither of the others runs
    std::string command;
    std::string error_code;     // only where status is error: running actions may show an error as well
    std::string error_message;  // others' text
};

cloud_result<std::vector<action_state>> read_actions(std::string_view body, int status);

}  // namespace slipway::hetzner
