#include "engine/service/shortcomings.hpp"

#include <array>

namespace slipway::service {

namespace {

struct meaning {
    shortcoming_kind value;
    std::string_view name;
    std::string_view advice;
};

constexpr std::array shortcoming_meanings{
    meaning{shortcoming_kind::recipe_result, "it is not known whether the recipe ended well",
            "Log in to the VM, or open its console in the Hetzner Console, and look into "
            "/var/lib/slipway/recipes/: output is what the recipe printed, exit begins with its exit code."},
    meaning{shortcoming_kind::host_keys, "it may not show the host keys that were made for it",
            "Compare before you log in: in the Hetzner Console's console of the VM, "
            "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints the right fingerprint."},
    meaning{shortcoming_kind::operator_key, "slipway's own SSH key may still be on it",
            "Delete the line that ends in \"slipway operator\", if there is one, from /root/.ssh/authorized_keys on the "
            "VM."}};

}  // namespace

std::string_view in_words(shortcoming_kind what) { return row_in<shortcoming_meanings>(what).name; }

std::string_view advice(shortcoming_kind what) { return row_in<shortcoming_meanings>(what).advice; }

}  // namespace slipway::service
