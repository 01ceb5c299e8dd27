// The CLI's view of the event log for verbs that only look: read-only, beside whoever writes.
#pragma once

#include "adapters/cli/vm_view.hpp"
#include "adapters/composition/database_url.hpp"
#include "engine/base/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::cli {

// Every VM, oldest first. A database that does not exist yet has none.
result<std::vector<vm_view>> read_vms(const composition::location& database);

// The VM with this id, or the one with this name: the one that has not ended, else the latest.
result<vm_view> find_vm(const std::vector<vm_view>& vms, const std::string& name_or_id);

}  // namespace slipway::cli
