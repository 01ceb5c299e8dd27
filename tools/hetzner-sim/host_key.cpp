#include "tools/hetzner-sim/host_key.hpp"

#include <libssh/libssh.h>

#include <memory>
#include <stdexcept>

namespace slipway::sim {

host_key make_host_key() {
    ssh_key made = nullptr;
    if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &made) != SSH_OK)
        throw std::runtime_error("cannot generate an SSH host key");
    const std::unique_ptr<ssh_key_struct, decltype(&ssh_key_free)> key(made, &ssh_key_free);
    char* secret = nullptr;
    char* open = nullptr;
    if (ssh_pki_export_privkey_base64(made, nullptr, nullptr, nullptr, &secret) != SSH_OK)
        throw std::runtime_error("cannot write an SSH host key");
    const std::unique_ptr<char, decltype(&ssh_string_free_char)> private_text(secret, &ssh_string_free_char);
    if (ssh_pki_export_pubkey_base64(made, &open) != SSH_OK) throw std::runtime_error("cannot write an SSH host key");
    const std::unique_ptr<char, decltype(&ssh_string_free_char)> public_text(open, &ssh_string_free_char);
    return {private_text.get(), std::string("ssh-ed25519 ") + public_text.get()};
}

}  // namespace slipway::sim
