#include "engine/base/label.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;

TEST_CASE("labels follow the rules of Hetzner's API") {
    for (const std::string& good :
         {std::string("managed-by"), std::string("a"), std::string("A_b.c-1"), std::string("example.com/role"),
          std::string("hetzner.clouds/role"), std::string(63, 'a'), "a/" + std::string(63, 'a')}) {
        CAPTURE(good);
        CHECK(is_label_key(good));
    }
    for (const std::string& bad :
         {std::string(), std::string("-a"), std::string("a."), std::string("a b"), std::string("b\xc3\xbc"),
          std::string("/role"), std::string("example.com/"), std::string("example.com/a/b"), std::string("a_b/role"),
          std::string("a..b/role"), std::string("hetzner.cloud/role"), std::string(64, 'a'),
          std::string(254, 'a') + "/role"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_label_key(bad));
    }
    CHECK(is_label_value(""));
    CHECK(is_label_value("0193e2c4-7a1b-7c3d-8e4f-5a6b7c8d9e0f"));
    CHECK(is_label_value(std::string(63, '0')));
    for (const std::string& bad : {std::string("a:b"), std::string("a/b"), std::string("-"), std::string("_a"),
                                   std::string("a b"), std::string(64, '0')}) {
        CAPTURE(bad);
        CHECK_FALSE(is_label_value(bad));
    }
}
