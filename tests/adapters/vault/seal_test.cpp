#include "adapters/vault/seal.hpp"
#include "engine/base/base64.hpp"
#include "engine/base/hex.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace slipway;
using vault::sealing_key;
using test::contains;

namespace {

const std::string zeros(64, '0');
const std::string other = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";

const std::string published_body("\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18", 16);
const std::string published_tag("\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19", 16);
const sealed_for acme{sealed_kind::provider_token, "acme"};

sealing_key key_of(const std::string& hex) {
    return *sealing_key::parse(hex);
}

}  // namespace

TEST_CASE("what was sealed opens again, whatever its length") {
    const auto key = key_of(other);
    for (const std::size_t size : {0, 1, 15, 16, 17, 64, 1000, 100'000}) {
        std::string plaintext(size, '\0');
        for (std::size_t i = 0; i < size; ++i) plaintext[i] = static_cast<char>(i * 7);
        const auto opened = key.open(key.seal(plaintext, acme), acme);
        REQUIRE(opened.has_value());
        CHECK(opened->reveal() == plaintext);
    }
}

TEST_CASE("a sealed text has the format of version 2, and names its key") {
    const auto key = key_of(zeros);
    const auto raw = base64_decode(key.seal("hello", acme));
    REQUIRE(raw);
    CHECK(raw->size() == 1 + 8 + 12 + 5 + 16);
    CHECK((*raw)[0] == 2);
    CHECK(raw->find("hello") == raw->npos);
    CHECK(hex(raw->substr(1, 8)) == key.key_fingerprint().substr(0, 16));
    CHECK(key.key_fingerprint().size() == 64);
    CHECK(key.key_fingerprint() != key_of(other).key_fingerprint());
    CHECK(raw->substr(1, 8) != base64_decode(key_of(other).seal("hello", acme))->substr(1, 8));
}

TEST_CASE("a sealed text opens only for what it was sealed for") {
    const auto key = key_of(other);
    const std::string sealed = key.seal("token", acme);
    for (const sealed_for& elsewhere : {sealed_for{sealed_kind::provider_token, "evil"},
                                        sealed_for{sealed_kind::installation_secret, "acme"},
                                        sealed_for{sealed_kind::provider_token, ""}}) {
        const auto opened = key.open(sealed, elsewhere);
        REQUIRE(!opened);
        CHECK_THAT(opened.error().message, contains("copied here"));
    }
    CHECK(key.open(sealed, acme)->reveal() == "token");
}

TEST_CASE("a text of version 1 opens, and is renewed into one that is bound") {
    // Zero key, zero nonce, sixteen zero bytes, as below.
    const auto key = key_of(zeros);
    const std::string first = base64_encode("\x01" + std::string(12, '\0') + published_body + published_tag);
    const std::string renewed = key.renew(first, acme);
    CHECK(renewed != first);
    CHECK(base64_decode(renewed)->front() == 2);
    CHECK(key.open(renewed, acme)->reveal() == std::string(16, '\0'));
    CHECK(!key.open(renewed, {sealed_kind::provider_token, "evil"}));
    CHECK(key.renew(renewed, acme) == renewed);
    CHECK(key_of(other).renew(first, acme) == first);
    CHECK(key.renew("what?", acme) == "what?");
}

TEST_CASE("with the key before it, texts of both keys open, and the new one seals") {
    const auto old_key = key_of(zeros);
    const auto new_key = key_of(other);
    const std::string old_text = old_key.seal("token", acme);
    const vault::sealing_keys both(key_of(other), key_of(zeros));
    const vault::sealing_keys one(key_of(other));
    CHECK(both.has_previous());
    CHECK(both.open(old_text, acme)->reveal() == "token");
    CHECK(!one.open(old_text, acme));
    const std::string new_text = both.seal("token", acme);
    CHECK(new_key.open(new_text, acme)->reveal() == "token");
    CHECK(!old_key.open(new_text, acme));
    CHECK(both.key_fingerprint() == new_key.key_fingerprint());
    CHECK(!both.open(old_text, {sealed_kind::provider_token, "evil"}));
    // Of version 1, which names no key.
    const std::string first = base64_encode("\x01" + std::string(12, '\0') + published_body + published_tag);
    CHECK(both.open(first, acme)->reveal() == std::string(16, '\0'));
    // What is not opened by the key in use is renewed by a rotation, not on the way.
    CHECK(both.renew(first, acme) == first);
}

TEST_CASE("a text sealed elsewhere opens: AES-256-GCM's published vector") {
    // McGrew and Viega, test case 14: zero key, zero nonce, sixteen zero bytes.
    const std::string nonce(12, '\0');
    const auto opened = key_of(zeros).open(base64_encode("\x01" + nonce + published_body + published_tag), acme);
    REQUIRE(opened.has_value());
    CHECK(opened->reveal() == std::string(16, '\0'));
}

TEST_CASE("no nonce is used twice") {
    const auto key = key_of(zeros);
    std::set<std::string> texts;
    for (int i = 0; i < 200; ++i) texts.insert(key.seal("the same", acme));
    CHECK(texts.size() == 200);
}

TEST_CASE("a wrong key, a changed text and another version are told apart from success") {
    const auto key = key_of(other);
    const std::string sealed = key.seal("token", acme);
    SECTION("another key") {
        const auto opened = key_of(zeros).open(sealed, acme);
        REQUIRE(!opened);
        CHECK(opened.error().kind == error_kind::configuration);
        CHECK_THAT(opened.error().message, contains("CREDENTIAL_ENCRYPTION_KEY"));
    }
    SECTION("every single changed byte") {
        const std::string raw = *base64_decode(sealed);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            std::string changed = raw;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            CHECK(!key.open(base64_encode(changed), acme));
        }
    }
    SECTION("every shorter text") {
        const std::string raw = *base64_decode(sealed);
        for (std::size_t n = 0; n < raw.size(); ++n) CHECK(!key.open(base64_encode(raw.substr(0, n)), acme));
    }
    SECTION("another version") {
        std::string raw = *base64_decode(sealed);
        raw[0] = 3;
        const auto opened = key.open(base64_encode(raw), acme);
        REQUIRE(!opened);
        CHECK_THAT(opened.error().message, contains("version 3"));
    }
    SECTION("no sealed text at all") {
        CHECK(!key.open("", acme));
        CHECK(!key.open("hello", acme));
        CHECK(!key.open(sealed + "\n", acme));
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
