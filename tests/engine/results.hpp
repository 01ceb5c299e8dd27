// How a failed test shows a result<>: what it holds when that is an error, and that it holds a value otherwise. Every
// test of the engine includes it, because a type must be shown in the same way by all units of a program.
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
