#include "engine/model/codec.hpp"

#include "engine/model/json_text.hpp"

#include <nlohmann/json.hpp>

#include <type_traits>

namespace slipway {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <class T>
concept structured = requires { T::fields; };

std::string_view variation_name(variation v) {
    switch (v) {
        case variation::same: return "same";
        case variation::next_candidate: return "next_candidate";
        case variation::next_name: return "next_name";
    }
    return "?";
}

// ---- to JSON

ordered_json to_json(const std::string& v) { return v; }
ordered_json to_json(bool v) { return v; }
ordered_json to_json(int v) { return v; }
ordered_json to_json(std::int64_t v) { return v; }
ordered_json to_json(timestamp v) { return to_rfc3339(v); }
ordered_json to_json(step v) { return std::string(slipway::name(v)); }
ordered_json to_json(failure_code v) { return std::string(slipway::name(v)); }
ordered_json to_json(variation v) { return std::string(variation_name(v)); }

template <structured T>
ordered_json to_json(const T& v);

ordered_json to_json(const std::map<std::string, std::string>& v) {
    ordered_json out = ordered_json::object();
    for (const auto& [key, value] : v) out[key] = value;
    return out;
}

template <class T>
ordered_json to_json(const std::vector<T>& v) {
    ordered_json out = ordered_json::array();
    for (const auto& item : v) out.push_back(to_json(item));
    return out;
}

template <structured T>
ordered_json to_json(const T& v) {
    ordered_json::object_t out;  // a vector: the names differ, so that none has to be looked for
    out.reserve(std::tuple_size_v<decltype(T::fields)>);
    const auto put = [&](const auto& f) {
        const auto& value = v.*(f.member);
        if constexpr (requires { value.has_value(); }) {
            if (value) out.emplace_back(f.name, to_json(*value));
        } else {
            out.emplace_back(f.name, to_json(value));
        }
    };
    std::apply([&](const auto&... f) { (put(f), ...); }, T::fields);
    return out;
}

// ---- from JSON, which is used up: true, or false with `bad` naming the member

struct reader {
    std::string bad;

    bool fail(std::string_view where) {
        if (bad.empty()) bad = where;
        return false;
    }

    bool read(json& j, std::string& v, std::string_view where) {
        if (!j.is_string()) return fail(where);
        v = std::move(j.get_ref<std::string&>());
        return true;
    }
    bool read(json& j, bool& v, std::string_view where) {
        if (!j.is_boolean()) return fail(where);
        v = j.get<bool>();
        return true;
    }
    bool read(json& j, std::int64_t& v, std::string_view where) {
        if (!j.is_number_integer()) return fail(where);
        v = j.get<std::int64_t>();
        // What only fits without a sign would come out negative.
        return !j.is_number_unsigned() || v >= 0 || fail(where);
    }
    bool read(json& j, int& v, std::string_view where) {
        std::int64_t wide = 0;
        if (!read(j, wide, where)) return false;
        v = static_cast<int>(wide);
        return v == wide || fail(where);
    }
    template <class Named>
    bool read_name(const json& j, Named& v, std::string_view where, std::optional<Named> (*find)(std::string_view)) {
        if (!j.is_string()) return fail(where);
        const auto found = find(j.get_ref<const std::string&>());
        if (!found) return fail(where);
        v = *found;
        return true;
    }
    bool read(json& j, timestamp& v, std::string_view where) {
        return read_name(j, v, where, parse_rfc3339);
    }
    bool read(json& j, step& v, std::string_view where) { return read_name(j, v, where, step_named); }
    bool read(json& j, failure_code& v, std::string_view where) {
        return read_name(j, v, where, failure_named);
    }
    bool read(json& j, variation& v, std::string_view where) {
        return read_name<variation>(j, v, where, [](std::string_view text) -> std::optional<variation> {
            for (const auto candidate : {variation::same, variation::next_candidate, variation::next_name})
                if (variation_name(candidate) == text) return candidate;
            return {};
        });
    }
    bool read(json& j, std::map<std::string, std::string>& v, std::string_view where) {
        if (!j.is_object()) return fail(where);
        for (auto it = j.begin(); it != j.end(); ++it)
            if (!read(it.value(), v[it.key()], where)) return false;
        return true;
    }
    template <class T>
    bool read(json& j, std::vector<T>& v, std::string_view where) {
        if (!j.is_array()) return fail(where);
        for (auto& item : j)
            if (!read(item, v.emplace_back(), where)) return false;
        return true;
    }
    template <structured T>
    bool read(json& j, T& v, std::string_view where) {
        if (!j.is_object()) return fail(where);
        const auto get = [&](const auto& f) {
            auto& value = v.*(f.member);
            const auto it = j.find(f.name);
            if constexpr (requires { value.has_value(); }) {
                if (it == j.end()) return true;
                return read(*it, value.emplace(), f.name);
            } else {
                return it == j.end() ? fail(f.name) : read(*it, value, f.name);
            }
        };
        return std::apply([&](const auto&... f) { return (get(f) && ...); }, T::fields);
    }
};

template <std::size_t... I>
result<event> decode_as(std::string_view type, int version, json& j, std::index_sequence<I...>) {
    std::optional<result<event>> out;
    const auto attempt = [&]<class E>(std::type_identity<E>) {
        if (E::name != type) return false;
        if (E::version != version) {
            out = make_error(error_kind::corrupt, "event type " + std::string(type) + " has schema version " +
                                                      std::to_string(version) + ", this program knows version " +
                                                      std::to_string(E::version) + ": use a newer slipway");
            return true;
        }
        E e;
        reader in;
        if (in.read(j, e, "data"))
            out = event(std::move(e));
        else
            out = make_error(error_kind::corrupt,
                             "the data of event type " + std::string(type) + " is not valid: see \"" + in.bad + "\"");
        return true;
    };
    (void)(attempt(std::type_identity<std::variant_alternative_t<I, event>>{}) || ...);
    if (!out)
        return make_error(error_kind::corrupt,
                          "event type \"" + std::string(type) + "\" is unknown to this program: use a newer slipway");
    return *std::move(out);
}

}  // namespace

std::string_view type_of(const event& e) {
    return std::visit([]<class E>(const E&) { return E::name; }, e);
}

int version_of(const event& e) {
    return std::visit([]<class E>(const E&) { return E::version; }, e);
}

std::string encode(const event& e) {
    const ordered_json j = std::visit([](const auto& typed) { return to_json(typed); }, e);
    return j.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

result<event> decode(std::string_view type, int schema_version, std::string_view data) {
    json j = json::parse(data, nullptr, false);
    if (j.is_discarded() || !only_json(data))
        return make_error(error_kind::corrupt, "the data of event type " + std::string(type) + " is not JSON");
    return decode_as(type, schema_version, j, std::make_index_sequence<std::variant_size_v<event>>{});
}

}  // namespace slipway
