// What the service measures, in Prometheus's text format (exposition format 0.0.4). Pure.
#pragma once

#include "engine/service/service.hpp"

#include <string>

namespace slipway::api {

std::string prometheus_text(const service::measurements& now);

}  // namespace slipway::api
