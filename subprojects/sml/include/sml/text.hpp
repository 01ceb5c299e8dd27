// Names as compile-time values.
//
// A state, guard or action carries its name in its type, so that the compiler can print it in an error
// and the program can print it in a diagram. `text` is a string literal usable as a template argument,
// `name_of<T>` is the name of a type, `fnv1a` the hash that the lookups and the fingerprint use.
// Everything here is evaluated while compiling; nothing allocates, nothing can fail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The namespace is called sml through an alias, because an alias may be repeated: a file written for
// Boost.SML says `namespace sml = boost::sml;`, and sml/compat.hpp lets that line stay.
namespace sml_v1 {}
namespace sml = sml_v1;

namespace sml_v1 {

// N counts the terminating zero, as in the literal's own type.
template <std::size_t N>
struct text {
    char chars[N]{};

    constexpr text() = default;
    consteval text(const char (&literal)[N]) {
        for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
    }
    constexpr std::size_t size() const { return N - 1; }
    constexpr std::string_view view() const { return {chars, N - 1}; }
};

// A type that stands for a name: what "accepted"_s is made of.
template <text Name>
struct literal {
    static constexpr std::string_view name = Name.view();
};

constexpr std::uint64_t fnv1a_start = 0xcbf29ce484222325u;

constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = fnv1a_start) {
    for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

namespace detail {

template <class...>
inline constexpr bool never = false;

template <class T>
concept has_name = requires {
    { std::string_view{T::name} };
};

template <class T>
constexpr const char* signature() {
    return __PRETTY_FUNCTION__;
}

// GCC writes "... [with T = ns::thing]", clang "... [T = ns::thing]".
template <class T>
constexpr std::string_view type_name_slice() {
    constexpr std::string_view all = signature<T>();
    constexpr std::size_t from = all.find("T = ") + 4;
    return all.substr(from, all.size() - 1 - from);
}

// Zero-terminated copy, because visitors of the plain facade ask for a C string.
template <class T>
inline constexpr auto type_name_chars = [] {
    constexpr std::string_view slice = type_name_slice<T>();
    std::array<char, slice.size() + 1> chars{};
    for (std::size_t i = 0; i < slice.size(); ++i) chars[i] = slice[i];
    return chars;
}();

// The parts one after the other, zero-terminated. References, so that any constant name can be a part.
template <const std::string_view&... Parts>
struct joined {
    static constexpr auto chars = [] {
        std::array<char, (Parts.size() + ... + 1)> all{};
        std::size_t at = 0;
        auto append = [&](std::string_view part) {
            for (char c : part) all[at++] = c;
        };
        (append(Parts), ...);
        return all;
    }();
    static constexpr std::string_view value{chars.data(), chars.size() - 1};
};

// Nothing that is stored or shown to a user may come from type_name_slice: it differs between compilers.
// sml::machine therefore insists on `name`; only sml::sm falls back.
template <class T>
constexpr std::string_view pick_name() {
    if constexpr (has_name<T>)
        return T::name;
    else
        return {type_name_chars<T>.data(), type_name_chars<T>.size() - 1};
}

}  // namespace detail

template <class T>
inline constexpr std::string_view name_of = detail::pick_name<T>();

}  // namespace sml_v1
