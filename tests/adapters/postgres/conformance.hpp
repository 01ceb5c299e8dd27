// What the conformance tests ask every store with.
#pragma once

#include "tests/adapters/postgres/stores.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <utility>

namespace slipway::test {

inline store_kind any_store() { return GENERATE(store_kind::sqlite, store_kind::postgres, store_kind::simulated); }
inline store_kind shared_store() { return GENERATE(store_kind::postgres, store_kind::simulated); }

inline append_result append(opened_store& to, append_request request) { return wait_for(to.log->append(std::move(request))); }

// As make_request(), but nothing in it is anybody else's.
inline append_request opening(std::uint64_t stream) { return make_request(stream, 0); }

}  // namespace slipway::test
