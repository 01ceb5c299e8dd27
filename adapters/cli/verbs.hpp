// What makes each verb; verb_table.cpp has a row for each. How they are built is theirs alone.
#pragma once

#include "adapters/cli/verb.hpp"

#include <memory>

namespace slipway::cli {

using made_verb = std::unique_ptr<verb>;

made_verb server_create();
made_verb server_defaults();
made_verb server_list();
made_verb server_show();
made_verb server_delete();
made_verb server_ssh();
made_verb server_resume();

made_verb auth_set();
made_verb auth_status();
made_verb auth_clear();

made_verb contract_accept();
made_verb contract_list();
made_verb contract_show();
made_verb contract_cancel();
made_verb contract_retry_termination();

made_verb provider_set();
made_verb provider_show();
made_verb provider_check();

made_verb offering_define();
made_verb offering_list();
made_verb offering_show();

made_verb catalog_locations();
made_verb catalog_server_types();
made_verb catalog_images();
made_verb catalog_networks();
made_verb catalog_ssh_keys();
made_verb catalog_firewalls();

made_verb audit();
made_verb secrets_rotate();
made_verb doctor();
made_verb dev();
made_verb dashboard();
made_verb top();
made_verb shell_completion();
made_verb docs();

}  // namespace slipway::cli
