// A small file that only its owner may read, replaced as a whole or not at all. For caches: what cannot be read is not
// there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::hetzner {

// None where it is missing, not ours, not a plain file, or larger than 32 MiB.
std::optional<std::string> read_private_file(const std::string& path);

// Makes the directory where it is missing. False where it did not work, and errno says why; the old file is then still there.
bool write_private_file(const std::string& path, std::string_view text);

}  // namespace slipway::hetzner
