#include "engine/runtime/cloud_config.hpp"

#include <nlohmann/json.hpp>

namespace slipway {

namespace {

using nlohmann::ordered_json;

void add_coolify(ordered_json& config) {
    config["package_update"] = true;
    config["package_upgrade"] = true;
    config["packages"] = ordered_json::array({"curl"});
    // The lines become one script. Into a pipe, a download that failed would be an empty script that succeeds.
    config["runcmd"] = ordered_json::array({"set -e", "curl -fsSL https://get.docker.com -o /run/install-docker",
                                            "sh /run/install-docker",
                                            "curl -fsSL https://cdn.coollabs.io/coolify/install.sh -o /run/install-coolify",
                                            "bash /run/install-coolify"});
}

void add_wireguard(ordered_json& config) {
    config["package_update"] = true;
    config["packages"] = ordered_json::array({"wireguard", "qrencode"});
    ordered_json forwarding = ordered_json::object();
    forwarding["path"] = "/etc/sysctl.d/99-wireguard-forwarding.conf";
    forwarding["content"] = "net.ipv4.ip_forward=1\nnet.ipv6.conf.all.forwarding=1\n";
    config["write_files"] = ordered_json::array({forwarding});
    config["runcmd"] = ordered_json::array({"sysctl --system"});
}

}  // namespace

bool is_app(const std::string& name) {
    return name == "none" || name == "coolify" || name == "wireguard";
}

std::string cloud_config(const ssh_key_pair& host_key, const std::string& operator_public_line,
                         const std::string& app) {
    ordered_json config = ordered_json::object();
    config["disable_root"] = false;
    config["ssh_pwauth"] = false;
    config["ssh_deletekeys"] = true;
    ordered_json keys = ordered_json::object();
    keys["ed25519_private"] = host_key.private_pem;
    keys["ed25519_public"] = host_key.public_line;
    config["ssh_keys"] = keys;
    config["ssh_authorized_keys"] = ordered_json::array({operator_public_line});
    if (app == "coolify") add_coolify(config);
    if (app == "wireguard") add_wireguard(config);
    return "#cloud-config\n" + config.dump() + "\n";
}

}  // namespace slipway
