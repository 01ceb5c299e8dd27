#include "engine/model/public_key.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/base64.hpp"
#include "tests/adapters/vault/scratch.hpp"
#include "tests/support/catch.hpp"

#include <sstream>
#include <vector>

using namespace slipway;
using namespace slipway::test;

namespace {

std::string packed(const std::vector<std::string>& fields) {
    std::string blob;
    for (const auto& field : fields) {
        for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(field.size() >> shift & 0xff);
        blob += field;
    }
    return blob;
}

std::string line_of(const std::string& type, const std::vector<std::string>& rest, const std::string& comment = "") {
    std::vector<std::string> fields{type};
    fields.insert(fields.end(), rest.begin(), rest.end());
    return type + " " + base64_encode(packed(fields)) + (comment.empty() ? "" : " " + comment);
}

struct shown_key {
    int bits = 0;
    std::string fingerprint;
};

shown_key as_ssh_keygen_shows(const std::filesystem::path& file, const std::string& hash) {
    std::istringstream words(output_of("ssh-keygen -l -E " + hash + " -f '" + file.string() + "'"));
    shown_key shown;
    words >> shown.bits >> shown.fingerprint;
    return shown;
}

void compare_with_ssh_keygen(const std::filesystem::path& file) {
    const auto key = parse_public_key(text_of_file(file));
    INFO(file.filename().string());
    REQUIRE(key.has_value());
    const auto sha256 = as_ssh_keygen_shows(file, "sha256");
    CHECK(key->bits == sha256.bits);
    CHECK(sha256_fingerprint(key->blob) == sha256.fingerprint);
    CHECK("MD5:" + md5_fingerprint(key->blob) == as_ssh_keygen_shows(file, "md5").fingerprint);
}

std::string why_not(const std::string& line) {
    const auto key = parse_public_key(line);
    if (key) return "it is a key";
    CHECK(key.error().kind == error_kind::usage);
    return key.error().message;
}

}  // namespace

TEST_CASE("base64 follows RFC 4648's examples and refuses what no encoder writes") {
    const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : examples) {
        CHECK(base64_encode(plain) == encoded);
        CHECK(base64_decode(encoded) == plain);
    }
    for (const std::string bad :
         {"Zg", "Zg=", "Zh==", "Zm9=", "=", "====", "Z===", "Zm9v\n", "Zm 9v", "Zg==Zg==", "Zm-_"})
        CHECK(!base64_decode(bad));
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(base64_decode(base64_encode(all)) == all);
}

TEST_CASE("keys made by ssh-keygen have the bits and fingerprints that ssh-keygen shows") {
    const scratch_folder folder;
    const std::vector<std::pair<std::string, std::string>> kinds{
        {"ed25519", "256"}, {"rsa", "2048"}, {"rsa", "3072"}, {"ecdsa", "256"}, {"ecdsa", "384"}, {"ecdsa", "521"}};
    for (const auto& [type, bits] : kinds) {
        const auto file = folder / (type + bits);
        output_of("ssh-keygen -q -t " + type + " -b " + bits + " -N '' -C 'someone here' -f '" + file.string() + "'");
        compare_with_ssh_keygen(file.string() + ".pub");
        CHECK(parse_public_key(text_of_file(file.string() + ".pub"))->comment == "someone here");
    }
}

TEST_CASE("keys of FIDO tokens are keys") {
    const scratch_folder folder;
    const std::string ed = line_of("sk-ssh-ed25519@openssh.com", {std::string(32, 'x'), "ssh:"}, "token");
    write_private(folder / "sk.pub", ed + "\n");
    compare_with_ssh_keygen(folder / "sk.pub");
    // The generator of P-256: ssh-keygen refuses points that are not on the curve.
    const std::string point =
        *base64_decode("BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=");
    write_private(folder / "sk2.pub",
                  line_of("sk-ecdsa-sha2-nistp256@openssh.com", {"nistp256", point, "ssh:"}) + "\n");
    compare_with_ssh_keygen(folder / "sk2.pub");
}

TEST_CASE("a line is forgiven its line end and its blanks, and written back in one form") {
    const std::string line = line_of("ssh-ed25519", {std::string(32, 'x')});
    for (const std::string& text : {line, line + "\n", line + "\r\n", "  " + line + "  ", "\n" + line + "\n\n"}) {
        const auto key = parse_public_key(text);
        REQUIRE(key.has_value());
        CHECK(to_line(*key) == line);
        CHECK(key->comment.empty());
    }
    const auto key = parse_public_key("ssh-ed25519 \t " + line.substr(12) + "   me at  home \r\n");
    REQUIRE(key.has_value());
    CHECK(key->comment == "me at  home");
    CHECK(to_line(*key) == line + " me at  home");
}

TEST_CASE("a comment that is no text in UTF-8 is left out: it is no part of the key") {
    const std::string line = line_of("ssh-ed25519", {std::string(32, 'x')});
    for (const char* comment : {"J\xfcrgen", "a\x07z", "\xc3"}) {
        const auto key = parse_public_key(line + " " + comment);
        REQUIRE(key.has_value());
        CHECK(to_line(*key) == line);
    }
    CHECK(parse_public_key(line + " J\xc3\xbcrgen")->comment == "J\xc3\xbcrgen");
}

TEST_CASE("a certificate, as ssh-keygen makes it, is told from a damaged key") {
    const scratch_folder folder;
    for (const std::string name : {"ca", "id"})
        output_of("ssh-keygen -q -t ed25519 -N '' -f '" + (folder / name).string() + "'");
    output_of("ssh-keygen -q -s '" + (folder / "ca").string() + "' -I me -n root '" + (folder / "id.pub").string() + "'");
    CHECK_THAT(why_not(text_of_file(folder / "id-cert.pub")), contains("certificate"));
    CHECK_THAT(why_not(text_of_file(folder / "id.pub")), contains("it is a key"));
}

TEST_CASE("what is no key is refused with the reason") {
    const std::string good = line_of("ssh-ed25519", {std::string(32, 'x')});
    CHECK_THAT(why_not(""), contains("no SSH public key was given"));
    CHECK_THAT(why_not("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"),
               contains("that is a private key"));
    CHECK_THAT(why_not("-----BEGIN RSA PRIVATE KEY-----"), contains("that is a private key"));
    CHECK_THAT(why_not("---- BEGIN SSH2 PUBLIC KEY ----\nComment: x"), contains("ssh-keygen -i"));
    CHECK_THAT(why_not(good + "\n" + good), contains("more than one line"));
    CHECK_THAT(why_not("ssh-ed25519"), contains("TYPE BASE64"));
    CHECK_THAT(why_not("hello world"), contains("not base64"));
    CHECK_THAT(why_not("command=\"x\" " + good), contains("without options"));
    CHECK_THAT(why_not("ssh-ed25519 AAAA*"), contains("not base64"));
    CHECK_THAT(why_not(good.substr(0, good.size() - 8)), contains("cut off"));
    CHECK_THAT(why_not("ssh-rsa " + good.substr(12)), contains("the line says ssh-rsa"));
    CHECK_THAT(why_not(line_of("ssh-ed25519", {std::string(31, 'x')})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ssh-ed25519", {std::string(32, 'x'), "more"})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ssh-rsa", {"\x01", "\x7f" + std::string(127, 'x')})), contains("only 1023 bits"));
    CHECK_THAT(why_not(line_of("ssh-rsa", {"\x01", ""})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ecdsa-sha2-nistp256", {"nistp384", std::string(65, '\x04')})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ecdsa-sha2-nistp999", {"nistp999", std::string(65, '\x04')})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ecdsa-sha2-nistp256", {"nistp256", std::string(65, '\x02')})), contains("wrong size"));
    CHECK_THAT(why_not(line_of("ssh-dss", {"a", "b", "c", "d"})), contains("DSA"));
    CHECK_THAT(why_not(line_of("ssh-new", {"a"})), contains("ssh-new is not supported"));
}

TEST_CASE("no text makes the parser read beyond its end") {
    const std::string good = line_of("ecdsa-sha2-nistp256", {"nistp256", "\x04" + std::string(64, 'x')}, "c");
    for (std::size_t n = 0; n <= good.size(); ++n) (void)parse_public_key(good.substr(0, n));
    for (std::size_t i = 0; i < good.size(); ++i)
        for (const char c : {'\0', ' ', '=', 'A', '/', '\xff', '\n'}) {
            std::string changed = good;
            changed[i] = c;
            (void)parse_public_key(changed);
        }
    SUCCEED();
}
