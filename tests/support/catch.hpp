// The one include for tests: Catch2 version 2 (Debian 12, header only) and version 3 (Debian 13, a library).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>
namespace slipway::test {
inline auto contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace slipway::test
#else
#define CATCH_CONFIG_ENABLE_BENCHMARKING  // must be the same in every unit: version 2's classes depend on it
#include <catch2/catch.hpp>
namespace slipway::test {
inline auto contains(const std::string& text) { return Catch::Matchers::Contains(text); }
}  // namespace slipway::test
#endif

#include "tests/support/results.hpp"

namespace slipway::test {

// Says why a test case cannot run here; return after it. The TAP line says so, too. (Catch2 2 has no SKIP.)
inline void skipped(const std::string& why) { WARN("skipped: " << why); }

}  // namespace slipway::test
