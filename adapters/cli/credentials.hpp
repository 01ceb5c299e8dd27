// The Hetzner token that `slipway auth set` keeps for the commands of this user:
// $XDG_CONFIG_HOME/slipway/hetzner_credentials (~/.config), mode 0600, the token and a line break. Tokens of the
// environment come first. It is read only where none is there, and only where nobody else can read it.
#pragma once

#include "adapters/composition/environment.hpp"
#include "engine/base/secret.hpp"
#include "engine/base/error.hpp"

#include <optional>
#include <string>

namespace slipway::cli {

// Empty where there is neither XDG_CONFIG_HOME nor HOME.
std::string config_directory(const composition::environment& environment);
std::string credentials_file(const composition::environment& environment);

// error_kind::configuration where others can read the file, or it holds no token.
result<std::optional<secret>> saved_token(const composition::environment& environment);

result<void> save_token(const composition::environment& environment, const secret& token);

// Whether there was one.
result<bool> clear_token(const composition::environment& environment);

}  // namespace slipway::cli
