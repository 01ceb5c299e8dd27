// What a new VM is told through user_data (cloud-init's #cloud-config, docs.hetzner.cloud: at most 32 KiB).
#pragma once

#include "engine/ports/key_vault.hpp"

#include <string>

namespace slipway {

// The host key lets the first connection know the VM; the VM makes fresh ones before it is handed over, so what is in
// here is worthless afterwards. The operator's key is added beside the user's and removed at the end. `app` is one of
// app_names(). The text is JSON behind the #cloud-config line: JSON is YAML, and needs no quoting rules of its own.
std::string cloud_config(const ssh_key_pair& host_key, const std::string& operator_public_line, const std::string& app);

bool is_app(const std::string& name);  // none, coolify, wireguard

}  // namespace slipway
