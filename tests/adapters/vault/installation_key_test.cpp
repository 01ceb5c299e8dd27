#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_vault.hpp"
#include "tests/adapters/vault/scratch.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <vector>

using namespace slipway;
using namespace slipway::test;
using vault::installation_key_path;
using vault::load_installation_key;
using vault::sealing_key;

namespace {

sealing_key key_of(char digit) {
    return *sealing_key::parse(std::string(64, digit));
}

unsigned mode_of(const std::filesystem::path& file) {
    struct stat about {};
    return ::stat(file.c_str(), &about) == 0 ? about.st_mode & 07777u : 0;
}

std::size_t files_in(const scratch_folder& folder) {
    const std::filesystem::directory_iterator entries(folder.path());
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string secret_of(const result<secret>& loaded) {
    REQUIRE(loaded.has_value());
    return std::string(loaded->reveal());
}

}  // namespace

TEST_CASE("without an encryption key the installation keeps a plain file of its own beside the database") {
    const scratch_folder folder;
    const auto file = installation_key_path(folder / "slipway.db");
    CHECK(file == folder / "slipway.db.operator");
    const std::string first = secret_of(load_installation_key(file, nullptr));
    CHECK(first.size() == 32);
    CHECK(first != std::string(32, '\0'));
    CHECK(mode_of(file) == 0600);
    CHECK(files_in(folder) == 1);
    CHECK(read_text(file).starts_with("plain:"));
    CHECK(secret_of(load_installation_key(file, nullptr)) == first);
    SECTION("and goes on using it when the encryption key is set later") {
        const auto key = key_of('1');
        CHECK(secret_of(load_installation_key(file, &key)) == first);
    }
}

TEST_CASE("with an encryption key the file is sealed") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    const auto key = key_of('1');
    const std::string first = secret_of(load_installation_key(file, &key));
    CHECK(read_text(file).starts_with("sealed:"));
    CHECK(mode_of(file) == 0600);
    CHECK(secret_of(load_installation_key(file, &key)) == first);
    SECTION("without the key it does not open") {
        const auto loaded = load_installation_key(file, nullptr);
        REQUIRE(!loaded);
        CHECK(loaded.error().kind == error_kind::configuration);
        CHECK_THAT(loaded.error().message, contains("set CREDENTIAL_ENCRYPTION_KEY"));
    }
    SECTION("with another key it does not open") {
        const auto wrong = key_of('2');
        const auto loaded = load_installation_key(file, &wrong);
        REQUIRE(!loaded);
        CHECK(loaded.error().kind == error_kind::configuration);
        CHECK_THAT(loaded.error().message, contains("CREDENTIAL_ENCRYPTION_KEY is not the key"));
    }
    SECTION("it can be sealed under a new key, and laid open") {
        const auto next = key_of('2');
        REQUIRE(vault::reseal_installation_key(file, &key, &next).has_value());
        CHECK(!load_installation_key(file, &key));
        CHECK(secret_of(load_installation_key(file, &next)) == first);
        CHECK(!vault::reseal_installation_key(file, &key, nullptr));
        REQUIRE(vault::reseal_installation_key(file, &next, nullptr).has_value());
        CHECK(secret_of(load_installation_key(file, nullptr)) == first);
        CHECK(mode_of(file) == 0600);
        CHECK(files_in(folder) == 1);
    }
}

TEST_CASE("a file that others can reach is refused with what to do") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    REQUIRE(load_installation_key(file, nullptr).has_value());
    for (const mode_t mode : {0640, 0604, 0610, 0644, 0602}) {
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        const auto loaded = load_installation_key(file, nullptr);
        REQUIRE(!loaded);
        CHECK(loaded.error().kind == error_kind::configuration);
        CHECK_THAT(loaded.error().message, contains("chmod 600"));
    }
    REQUIRE(::chmod(file.c_str(), 0400) == 0);
    CHECK(load_installation_key(file, nullptr).has_value());
}

TEST_CASE("a damaged file is reported, never replaced") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    for (const std::string& content :
         {std::string(), std::string("plain:\n"), "plain:" + std::string(63, 'a'), "plain:" + std::string(66, 'a'),
          std::string("hello\n"), std::string(2000, 'x')}) {
        write_private(file, content);
        const auto loaded = load_installation_key(file, nullptr);
        REQUIRE(!loaded);
        CHECK_THAT(loaded.error().message, contains("damaged"));
        CHECK(read_text(file) == content);
    }
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK(!load_installation_key(file, nullptr));
}

TEST_CASE("a folder that is not there is a storage error") {
    const scratch_folder folder;
    const auto loaded = load_installation_key(folder / "no/such/db.operator", nullptr);
    REQUIRE(!loaded);
    CHECK(loaded.error().kind == error_kind::storage);
    CHECK_THAT(loaded.error().message, contains("No such file"));
}

TEST_CASE("processes that start at the same time agree on one secret") {
    for (int round = 0; round < 10; ++round) {
        const scratch_folder folder;
        const auto file = folder / "db.operator";
        int start[2];
        int answers[2];
        REQUIRE(::pipe(start) == 0);
        REQUIRE(::pipe(answers) == 0);
        std::vector<pid_t> children;
        for (int i = 0; i < 8; ++i) {
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                char go = 0;
                ::close(start[1]);
                (void)!::read(start[0], &go, 1);  // the end of the pipe starts all at once
                const auto loaded = load_installation_key(file, nullptr);
                std::string answer(32, '\0');
                if (loaded) answer = loaded->reveal();
                ::_exit(::write(answers[1], answer.data(), answer.size()) == 32 ? 0 : 1);
            }
            children.push_back(child);
        }
        ::close(start[0]);
        ::close(start[1]);
        ::close(answers[1]);
        std::set<std::string> secrets;
        char answer[32];
        int count = 0;
        while (::read(answers[0], answer, sizeof answer) == 32) {
            secrets.insert(std::string(answer, sizeof answer));
            ++count;
        }
        ::close(answers[0]);
        for (const pid_t child : children) ::waitpid(child, nullptr, 0);
        CHECK(count == 8);
        REQUIRE(secrets.size() == 1);
        CHECK(*secrets.begin() != std::string(32, '\0'));
        CHECK(secret_of(load_installation_key(file, nullptr)) == *secrets.begin());
        CHECK(files_in(folder) == 1);
    }
}

TEST_CASE("a vault opened twice has the same operator key") {
    const scratch_folder folder;
    const auto first = vault::open_vault(folder / "db.operator", nullptr);
    const auto second = vault::open_vault(folder / "db.operator", nullptr);
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK((*first)->operator_key()->private_pem == (*second)->operator_key()->private_pem);
}
