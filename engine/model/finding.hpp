// What an audit finds: where a Hetzner project and the log differ. Stored as part of the event `audited`.
#pragma once

#include "engine/model/field.hpp"
#include "engine/model/step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace slipway {

// How Hetzner and the log may differ. Stored by name.
enum class finding_kind {
    orphan,    // at Hetzner, and no live stream has it
    vanished,  // the other way round
    leaked,    // could not be deleted, and is still there
    foreign,   // another installation's
    ahead,     // of this installation's, and further than the log: the log is an older one
};
std::string_view name(finding_kind k);
std::optional<finding_kind> finding_named(std::string_view text);

struct audit_finding {
    finding_kind what{};
    resource_kind kind{};
    std::int64_t id = 0;
    std::string name;
    std::string stream;        // whose it is or was, where that is known
    std::string cost_per_day;  // "0.1464 EUR net"; empty where it is not known
    static constexpr auto fields =
        std::tuple{field("what", &audit_finding::what),     field("kind", &audit_finding::kind),
                   field("id", &audit_finding::id),         field("name", &audit_finding::name),
                   field("stream", &audit_finding::stream), field("cost_per_day", &audit_finding::cost_per_day)};
    friend bool operator==(const audit_finding&, const audit_finding&) = default;
};

}  // namespace slipway
