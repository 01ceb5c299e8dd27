#include "adapters/api/routes.hpp"

#include <array>

namespace slipway::api {

namespace {

constexpr std::string_view list_parameters = "after limit state provider owner live ";

constexpr std::array table{
    route{"GET", "/v1/providers/{id}", &get_provider},
    route{"PUT", "/v1/providers/{id}", &put_provider},
    route{"POST", "/v1/providers/{id}/check", &check_provider},
    route{"GET", "/v1/offerings", &list_offerings, "after limit "},
    route{"GET", "/v1/offerings/{id}", &get_offering},
    route{"PUT", "/v1/offerings/{id}", &put_offering},
    route{"GET", "/v1/contracts", &list_contracts, list_parameters},
    route{"POST", "/v1/contracts", &accept_contract},
    route{"GET", "/v1/contracts/{id}", &get_contract},
    route{"GET", "/v1/contracts/{id}/story", &get_story, "version ", contract_kind},
    route{"POST", "/v1/contracts/{id}/cancel", &end_contract, {}, "cancelled"},
    route{"POST", "/v1/contracts/{id}/expire", &end_contract, {}, "expired"},
    route{"POST", "/v1/contracts/{id}/payment-failed", &end_contract, {}, "payment_failed"},
    route{"POST", "/v1/contracts/{id}/retry-termination", &end_contract, {}, "retry_termination"},
    route{"GET", "/v1/vms", &list_vms, list_parameters},
    route{"POST", "/v1/vms", &request_vms, "plan "},
    route{"GET", "/v1/vms/{id}", &get_vm},
    route{"DELETE", "/v1/vms/{id}", &end_vm},
    route{"GET", "/v1/vms/{id}/story", &get_story, "version ", vm_kind},
    route{"GET", "/v1/machines/{id}", &get_machine},
    route{"GET", "/v1/overview", &get_overview},
    route{"GET", "/v1/defaults", &get_defaults},
    route{"PUT", "/v1/defaults", &put_defaults},
    route{"GET", "/v1/catalog", &get_catalog, "provider fresh "},
    route{"GET", "/v1/audit", &last_audit},
    route{"POST", "/v1/audit", &run_audit, "adopt "},
    route{"GET", "/v1/events", &get_events, "after before stream type actor limit "},
    route{"GET", "/v1/verification", &verify_log, "after limit "},
    route{"GET", "/healthz", &healthz, {}, {}, access::open},
    route{"GET", "/readyz", &readyz, {}, {}, access::open},
    route{"GET", "/metrics", &get_metrics},
    route{"GET", "/openapi.json", &get_openapi},
};

}  // namespace

std::optional<std::string> exchange::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

std::span<const route> all_routes() { return table; }

}  // namespace slipway::api
