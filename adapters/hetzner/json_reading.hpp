// Reading JSON that may be different from what was promised: every function answers with a default where the key is
// missing, null or of another type. Pure; for .cpp files only.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::hetzner {

// null where there is no such key, or `object` is no object.
const nlohmann::json& member(const nlohmann::json& object, std::string_view key);

// An empty array where there is none.
const nlohmann::json& list(const nlohmann::json& object, std::string_view key);

std::string text(const nlohmann::json& object, std::string_view key);
double number(const nlohmann::json& object, std::string_view key);
bool flag(const nlohmann::json& object, std::string_view key);

// 0 where it is no positive integer of 63 bits. Hetzner's go up to 2^53 - 1.
std::int64_t id_of(const nlohmann::json& object);

// Of a list's "meta": 0 on the last page.
int next_page(const nlohmann::json& document);

// A discarded value where the text is no JSON; never throws. What is nested more than 64 deep is left out: nothing that
// is read lies there.
nlohmann::json parse(std::string_view body);

}  // namespace slipway::hetzner
