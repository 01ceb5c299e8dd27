// What the service knows, as the JSON that clients see: the schemas of schema/openapi.yaml. A field that can be empty is
// null then, never absent. No token and no sealed token is ever in here. Pure.
#pragma once

#include "engine/service/service.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slipway::api {

nlohmann::ordered_json to_json(const provider_record& provider);
nlohmann::ordered_json to_json(const offering_record& offering);
nlohmann::ordered_json to_json(const service::audit_report& report);
nlohmann::ordered_json to_json(const service::order_plan& plan);
// Only what was said is in it; null is "none of them".
nlohmann::ordered_json to_json(const user_defaults& defaults);
nlohmann::ordered_json to_json(const service::project_catalog& catalog);

// A contract's own view.
nlohmann::ordered_json contract_json(const service::stream_view& contract);

// A VM, also as `slipway server show --json` prints it; `recipe` and `failure` are absent where there was none.
nlohmann::ordered_json vm_json(const stream_id& stream, const vm_state& state, timestamp created_at,
                               timestamp changed_at);

// Either, by its kind.
nlohmann::ordered_json to_json(const service::stream_view& one);

// One line of text, without a line's end; bytes that are no UTF-8 are replaced.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace slipway::api
