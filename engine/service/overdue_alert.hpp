// The alert that a VM or contract is not on its way within what is usual for its state. While it lasts it stands in the
// store: every process that shares it shows the same, and after a restart nobody is told again. Pure.
#pragma once

#include "engine/base/error.hpp"
#include "engine/model/ids.hpp"
#include "engine/ports/documents.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::service {

struct overdue_alert {
    stream_id stream;
    std::string kind, state, name, provider;
    timestamp since;  // in this state
    std::chrono::milliseconds usual{0};
    bool held = false;             // it waits for somebody, who was told so when it began to
    std::vector<std::string> why;  // as reasons.hpp has it, when the alert was raised; never a recipe's output
    std::string to_do;
    bool told = false;  // to the provider, as far as there was anybody to tell

    timestamp overdue_since() const { return since + usual; }
    friend bool operator==(const overdue_alert&, const overdue_alert&) = default;
};

inline constexpr std::string_view overdue_kind = "overdue";  // document::kind

// One for each stream and state.
document document_of(const overdue_alert& alert);
// corrupt where it is none.
result<overdue_alert> alert_of(const document& kept);

}  // namespace slipway::service
