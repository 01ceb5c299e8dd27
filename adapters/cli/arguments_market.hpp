// What may be typed for the marketplace's verbs, taken apart; arguments.hpp has the rest.
#pragma once

#include <string>

namespace slipway::cli {

struct contract_accept_arguments {
    std::string offering;
    std::string key_file;
    std::string id;          // empty: one is made
    std::string expires_at;  // empty: never by itself
    bool wait = true;
};

struct contract_list_arguments {
    std::string state;  // empty: all
};

struct contract_show_arguments {
    std::string id;
};

struct contract_end_arguments {
    std::string id;
    std::string how;  // the last part of the API's path: cancel, retry-termination
    bool wait = true;
};

struct provider_set_arguments {
    std::string id;
    bool token_stdin = false;
    std::string email;
    std::string telegram_chat;
};

struct provider_show_arguments {
    std::string id;
    bool check = false;  // asks Hetzner first
};

struct offering_define_arguments {
    std::string id;
    std::string provider;
    std::string server_type;
    std::string location;
    std::string image;
    std::string recipe_file;  // empty: none
};

struct offering_list_arguments {};

struct offering_show_arguments {
    std::string id;
};

struct catalog_arguments {
    std::string part;      // as it is typed: server-types
    std::string provider;  // empty: the project of slipway's own configuration
};

struct audit_arguments {};

struct rotate_arguments {
    std::string new_key_file;
};

struct doctor_arguments {};

}  // namespace slipway::cli
