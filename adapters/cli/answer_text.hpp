// The API's documents as text: answers as tables and lines for people, where what is missing is left out; bodies to send.
// Pure.
#pragma once

#include "engine/base/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace slipway::cli {

std::string contract_table(const nlohmann::ordered_json& contracts, timestamp now);
std::string contract_details(const nlohmann::ordered_json& contract);
// Of GET …/story: why it is where it is and what to do, a line each; empty where it is where it should be.
std::string story_lines(const nlohmann::ordered_json& story);
std::string provider_details(const nlohmann::ordered_json& provider);
std::string offering_table(const nlohmann::ordered_json& offerings);
std::string offering_details(const nlohmann::ordered_json& offering);
std::string vm_table(const nlohmann::ordered_json& vms, timestamp now);
// `part`: a key of GET /v1/catalog, "server_types"; `list`: what stands there.
std::string catalog_table(const std::string& part, const nlohmann::ordered_json& list, const std::string& currency);
std::string audit_table(const nlohmann::ordered_json& findings);

// A member; null where it is missing.
const nlohmann::ordered_json& member_of(const nlohmann::ordered_json& in, std::string_view member);

// A member as text: "" where it is missing or null.
std::string text_of(const nlohmann::ordered_json& in, std::string_view member);

// As --json prints it.
std::string document_text(const nlohmann::ordered_json& document);

// As it is sent.
std::string body_text(const nlohmann::ordered_json& document);

}  // namespace slipway::cli
