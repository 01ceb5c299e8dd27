// What the tests of TLS trust: one authority for all, and contexts that trust a given one alone.
#pragma once

#include "adapters/net/tls.hpp"
#include "tests/adapters/net/certificates.hpp"
#include "tests/support/scratch_file.hpp"

namespace slipway::test {

inline const identity& authority() {
    static const identity one = make_authority("slipway tests");
    return one;
}

inline net::tls_context trusting(const identity& who) {
    const scratch_file file(who.pem());
    return *net::client_tls(file.path());
}

}  // namespace slipway::test
