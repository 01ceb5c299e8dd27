#include "engine/base/ip_address.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;

TEST_CASE("addresses of hosts, and what is none") {
    for (const char* good : {"0.0.0.0", "203.0.113.7", "255.255.255.255"}) CHECK(is_ipv4(good));
    for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4\n", " 1.2.3.4", "01.2.3.4", "1..3.4", "1.2.3.",
                            "a.b.c.d", "-oProxyCommand=x", "1.2.3.4 cert", "::1", "1234.1.1.1"})
        CHECK_FALSE(is_ipv4(bad));
    for (const char* good : {"::", "::1", "2001:db8::1", "2001:DB8:0:0:0:0:0:1", "fe80::", "::ffff:203.0.113.7",
                             "1:2:3:4:5:6:203.0.113.7"})
        CHECK(is_ipv6(good));
    for (const char* bad : {"", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::1", "g::1", "fe80::1%eth0",
                            "::1\n", "1:2:3:4:5:6:7::8:9", "::1.2.3", "1.2.3.4::1", "1:2:3:4:5:6:7:8::", "2001:db8::/64"})
        CHECK_FALSE(is_ipv6(bad));
}
