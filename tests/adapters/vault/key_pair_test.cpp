#include "adapters/vault/key_pair.hpp"
#include "adapters/vault/installation_vault.hpp"
#include "engine/model/public_key.hpp"
#include "tests/adapters/vault/scratch.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::test;
using vault::ed25519_pair;

TEST_CASE("the key pair of RFC 8032's first test has the public half that the RFC names") {
    const std::string seed(
        "\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4"
        "\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60",
        32);
    const std::string half(
        "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
        "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a",
        32);
    const auto key = parse_public_key(ed25519_pair(seed, "test").public_line);
    REQUIRE(key.has_value());
    CHECK(key->blob.substr(key->blob.size() - 32) == half);
    CHECK(key->comment == "test");
}

TEST_CASE("ssh-keygen reads the private file and finds the same public key") {
    const scratch_folder folder;
    for (const std::string comment : {"slipway operator", "", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"}) {
        const auto pair = ed25519_pair(std::string(32, 'k'), comment);
        write_private(folder / "key", pair.private_pem);
        const std::string shown = output_of("ssh-keygen -y -f '" + (folder / "key").string() + "'");
        const auto theirs = parse_public_key(shown);
        const auto ours = parse_public_key(pair.public_line);
        REQUIRE(theirs.has_value());
        REQUIRE(ours.has_value());
        CHECK(theirs->blob == ours->blob);
        CHECK(theirs->comment == comment);
    }
}

TEST_CASE("the vault's keys depend on the installation and the stream, and on nothing else") {
    vault::installation_vault one(secret(std::string(32, 'a')));
    vault::installation_vault again(secret(std::string(32, 'a')));
    vault::installation_vault two(secret(std::string(32, 'b')));
    const stream_id web{"01930000-0000-7000-8000-000000000001"};
    const stream_id db{"01930000-0000-7000-8000-000000000002"};
    CHECK(one.operator_key()->private_pem == again.operator_key()->private_pem);
    CHECK(one.operator_key()->public_line != two.operator_key()->public_line);
    CHECK(one.first_host_key(web)->private_pem == again.first_host_key(web)->private_pem);
    CHECK(one.first_host_key(web)->public_line != one.first_host_key(db)->public_line);
    CHECK(one.first_host_key(web)->public_line != two.first_host_key(web)->public_line);
    const auto blob = [](const result<ssh_key_pair>& pair) { return parse_public_key(pair->public_line)->blob; };
    CHECK(blob(one.operator_key()) != blob(one.first_host_key(web)));
}

TEST_CASE("a key that was derived once is derived for ever: VMs in creation depend on it") {
    vault::installation_vault vault(secret(std::string(32, 'a')));
    CHECK(vault.operator_key()->public_line ==
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP6P2AQp72oBpZI/qPTSwSohIK2QAbu+iUO/LNkSkLxU slipway operator");
    CHECK(vault.first_host_key(stream_id{"01930000-0000-7000-8000-000000000001"})->public_line ==
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZUsFo7nQSfgVB2jd7bocY3h++djEVKdDDHvrqk9nb1 slipway first host key");
}
