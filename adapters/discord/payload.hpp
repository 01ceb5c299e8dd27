// Reading what Discord sends without minding what is missing or of another kind than it should be. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace slipway::discord {

// A member of an object; null where there is none.
inline const nlohmann::json& member(const nlohmann::json& of, const char* name) {
    static const nlohmann::json nothing;
    if (!of.is_object()) return nothing;
    const auto it = of.find(name);
    return it == of.end() ? nothing : *it;
}

// Empty where it is no text.
inline std::string text_of(const nlohmann::json& of, const char* name) {
    const nlohmann::json& found = member(of, name);
    return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace slipway::discord
