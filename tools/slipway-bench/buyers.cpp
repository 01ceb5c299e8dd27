#include "tools/slipway-bench/buyers.hpp"

#include "engine/base/digest.hpp"
#include "engine/model/public_key.hpp"

namespace slipway::bench {

namespace {

// A string behind its length (RFC 4251, section 5).
std::string field_of(const std::string& bytes) {
    std::string size(4, '\0');
    for (int i = 0; i < 4; ++i) size[3 - static_cast<std::size_t>(i)] = static_cast<char>(bytes.size() >> (8 * i) & 255);
    return size + bytes;
}

// The engine makes sixteen requests at once in each: with one alone that would be what is measured.
constexpr std::uint64_t projects = 8;

public_key key_of(std::uint64_t number) {
    std::string point(32, '\x11');
    for (std::size_t i = 0; i < 8; ++i) point[i] = static_cast<char>(number >> (8 * i) & 255);
    public_key key;
    key.type = "ssh-ed25519";
    key.blob = field_of(key.type) + field_of(point);
    return key;
}

}  // namespace

std::string buyer_key_line(std::uint64_t number) { return to_line(key_of(number)); }

vm_spec ordered_by(std::uint64_t number) {
    const public_key key = key_of(number);
    vm_spec spec;
    spec.name = "web" + std::to_string(number);
    spec.provider = "project" + std::to_string(number % projects);
    spec.candidates = {{"cx23", "nbg1", 1}};
    spec.image = "ubuntu-24.04";
    spec.public_key = to_line(key);
    spec.key_name = spec.name;
    spec.key_fingerprint = md5_fingerprint(key.blob);
    spec.recipe = "#!/bin/sh\napt-get install -y nginx\n";
    spec.app = "none";
    spec.ssh_timeout_s = 3600;
    return spec;
}

}  // namespace slipway::bench
