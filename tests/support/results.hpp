// How a failed test shows a result<>: what it holds when that is an error, and that it holds a value otherwise. Part of
// catch.hpp, because a type must be shown in the same way by all units of a program, and because Boost's own operator<<
// is declared for every result and compiles only for few.
#pragma once

#include "tests/support/catch.hpp"

#include <boost/system/result.hpp>

#include <string>

template <class T, class E>
struct Catch::StringMaker<boost::system::result<T, E>> {
    static std::string convert(const boost::system::result<T, E>& r) {
        if (r) return "a value";
        if constexpr (requires { r.error().message; })
            return "error: " + r.error().message;
        else if constexpr (requires { r.error().why; })
            return "refused: " + r.error().why;
        else
            return "an error";
    }
};
