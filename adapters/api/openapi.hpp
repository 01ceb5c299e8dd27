// The description of the API, schema/openapi.yaml, as JSON. Embedded when the program is built.
#pragma once

#include <string>

namespace slipway::api {

const std::string& openapi_json();

}  // namespace slipway::api
