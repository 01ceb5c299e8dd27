#include "adapters/vault/seal.hpp"
#include "engine/base/base64.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace slipway;
using vault::sealing_key;
using test::contains;

namespace {

const std::string zeros(64, '0');
const std::string other = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";

sealing_key key_of(const std::string& hex) {
    return *sealing_key::parse(hex);
}

}  // namespace

TEST_CASE("what was sealed opens again, whatever its length") {
    const auto key = key_of(other);
    for (const std::size_t size : {0, 1, 15, 16, 17, 64, 1000, 100'000}) {
        std::string plaintext(size, '\0');
        for (std::size_t i = 0; i < size; ++i) plaintext[i] = static_cast<char>(i * 7);
        const auto opened = key.open(key.seal(plaintext));
        REQUIRE(opened.has_value());
        CHECK(opened->reveal() == plaintext);
    }
}

TEST_CASE("a sealed text has the format of version 1") {
    const auto raw = base64_decode(key_of(zeros).seal("hello"));
    REQUIRE(raw);
    CHECK(raw->size() == 1 + 12 + 5 + 16);
    CHECK((*raw)[0] == 1);
    CHECK(raw->find("hello") == raw->npos);
}

TEST_CASE("a text sealed elsewhere opens: AES-256-GCM's published vector") {
    // McGrew and Viega, test case 14: zero key, zero nonce, sixteen zero bytes.
    const std::string nonce(12, '\0');
    const std::string body("\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18", 16);
    const std::string tag("\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19", 16);
    const auto opened = key_of(zeros).open(base64_encode("\x01" + nonce + body + tag));
    REQUIRE(opened.has_value());
    CHECK(opened->reveal() == std::string(16, '\0'));
}

TEST_CASE("no nonce is used twice") {
    const auto key = key_of(zeros);
    std::set<std::string> texts;
    for (int i = 0; i < 200; ++i) texts.insert(key.seal("the same"));
    CHECK(texts.size() == 200);
}

TEST_CASE("a wrong key, a changed text and another version are told apart from success") {
    const auto key = key_of(other);
    const std::string sealed = key.seal("token");
    SECTION("another key") {
        const auto opened = key_of(zeros).open(sealed);
        REQUIRE(!opened);
        CHECK(opened.error().kind == error_kind::configuration);
        CHECK_THAT(opened.error().message, contains("CREDENTIAL_ENCRYPTION_KEY"));
    }
    SECTION("every single changed byte") {
        const std::string raw = *base64_decode(sealed);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            std::string changed = raw;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            CHECK(!key.open(base64_encode(changed)));
        }
    }
    SECTION("every shorter text") {
        const std::string raw = *base64_decode(sealed);
        for (std::size_t n = 0; n < raw.size(); ++n) CHECK(!key.open(base64_encode(raw.substr(0, n))));
    }
    SECTION("another version") {
        std::string raw = *base64_decode(sealed);
        raw[0] = 2;
        const auto opened = key.open(base64_encode(raw));
        REQUIRE(!opened);
        CHECK_THAT(opened.error().message, contains("version 2"));
    }
    SECTION("no sealed text at all") {
        CHECK(!key.open(""));
        CHECK(!key.open("hello"));
        CHECK(!key.open(sealed + "\n"));
    }
}

TEST_CASE("the encryption key must be 64 hex digits, and an error does not repeat it") {
    for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
                                   std::string(128, 'a'), " " + std::string(63, 'a')}) {
        const auto key = sealing_key::parse(bad);
        REQUIRE(!key);
        CHECK(key.error().kind == error_kind::configuration);
        CHECK_THAT(key.error().message, contains("64 hex digits"));
        if (!bad.empty()) CHECK(key.error().message.find(bad) == std::string::npos);
    }
}
