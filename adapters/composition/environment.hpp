// Where settings come from: the process's environment first, then KEY=value lines of a file (.env in the working
// directory, or --config FILE) for what is unset. Read once, at start-up.
//
// A secret NAME may also come from systemd ($CREDENTIALS_DIRECTORY/<name in lower case>) or from the file that NAME_FILE
// names; one trailing newline is not part of it.
#pragma once

#include "engine/base/secret.hpp"
#include "engine/base/error.hpp"

#include <map>
#include <optional>
#include <string>

namespace slipway::composition {

class environment {
public:
    // Reads `file` if it is given (it must exist then), else .env in the working directory if there is one.
    static result<environment> load(const std::optional<std::string>& file);

    // KEY=value lines of this file, for what is unset so far; it need not exist.
    result<void> add(const std::string& file);

    // These settings and nothing of the process's.
    explicit environment(std::map<std::string, std::string> only) : lines_(std::move(only)), process_(false) {}

    // Unset and empty are the same.
    std::optional<std::string> text(const std::string& name) const;

    // A whole number of [least, most]; `otherwise` where it is unset.
    result<int> number(const std::string& name, int otherwise, int least, int most) const;

    result<std::optional<slipway::secret>> secret(const std::string& name) const;

private:
    environment() = default;

    std::map<std::string, std::string> lines_;
    bool process_ = true;
};

}  // namespace slipway::composition
