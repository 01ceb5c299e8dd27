// Where settings come from: the process's environment first, then KEY=value lines of files for what is unset. Read once,
// at start-up.
//
// A file that a person named, or that is in their configuration directory, may set everything, and is refused where
// others can write it. The .env of the working directory may have come with a repository of somebody else's: it sets what
// setting_table.hpp lets it, and anything else of slipway's in it is refused.
//
// A secret NAME may also come from systemd ($CREDENTIALS_DIRECTORY/<name in lower case>) or from the file that NAME_FILE
// names; one trailing newline is not part of it.
#pragma once

#include "adapters/composition/database_url.hpp"
#include "engine/base/secret.hpp"
#include "engine/base/error.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace slipway::composition {

class environment {
public:
    // Reads `file` if it is given (it must exist then), else .env in the working directory if there is one.
    static result<environment> load(const std::optional<std::string>& file,
                                    variable_lookup process = process_environment);

    // KEY=value lines of this person's own file, for what is unset so far; it need not exist.
    result<void> add(const std::string& file);

    // These settings and nothing of the process's.
    explicit environment(std::map<std::string, std::string> only);

    // Unset and empty are the same. Asks only for settings of the table: anything else is a bug, and thrown.
    std::optional<std::string> text(const std::string& name) const;

    // A whole number of [least, most]; `otherwise` where it is unset.
    result<int> number(const std::string& name, int otherwise, int least, int most) const;

    result<std::optional<slipway::secret>> secret(const std::string& name) const;

    // Where what counts comes from: "environment", "file PATH", "credential PATH"; none where it is not set.
    std::optional<std::string> origin_of(const std::string& name) const;

    // As if this one were not set.
    void forget(const std::string& name) { forgotten_.insert(name); }

    // This destination was named by the .env of the working directory, beside a token: no other token may be sent there.
    bool is_for_its_token_only(const std::string& destination) const;

private:
    struct line {
        std::string value;
        bool from_working_directory = false;
        std::string file = {};
    };
    explicit environment(variable_lookup process) : process_(std::move(process)) {}

    std::optional<std::string> of_process(const std::string& name) const;
    const line* of_files(const std::string& name) const;
    std::optional<std::string> credential_path(const std::string& name) const;
    std::optional<bool> token_of_working_directory(const std::string& name) const;
    result<void> check_destinations() const;

    std::map<std::string, line> lines_;
    std::set<std::string> forgotten_;
    variable_lookup process_;  // none: nothing of the process's
};

}  // namespace slipway::composition
