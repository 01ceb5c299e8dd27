#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/seal.hpp"
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
using vault::make_installation_key;
using vault::read_installation_key;
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

std::string secret_in(const std::filesystem::path& file, const sealing_key* key = nullptr) {
    const auto found = read_installation_key(file, key);
    REQUIRE(found.has_value());
    REQUIRE(found->bytes.has_value());
    return std::string(found->bytes->reveal());
}

result<void> make(const std::filesystem::path& file) {
    return make_installation_key(file, vault::new_installation_key());
}

}  // namespace

TEST_CASE("the installation's secret is a private file of its own beside the database, and stays") {
    const scratch_folder folder;
    const auto file = installation_key_path(folder / "slipway.db");
    CHECK(file == folder / "slipway.db.operator");
    const auto none = read_installation_key(file, nullptr);
    REQUIRE(none.has_value());
    CHECK_FALSE(none->bytes.has_value());
    CHECK_FALSE(none->given_up);
    REQUIRE(make(file).has_value());
    const std::string first = secret_in(file);
    CHECK(first.size() == 32);
    CHECK(first != std::string(32, '\0'));
    CHECK(mode_of(file) == 0600);
    CHECK(files_in(folder) == 1);
    CHECK(text_of_file(file).starts_with("plain:"));
    REQUIRE(make(file).has_value());
    CHECK(secret_in(file) == first);
    const auto key = key_of('1');
    CHECK(secret_in(file, &key) == first);
    REQUIRE(vault::remove_installation_key(file).has_value());
    CHECK(files_in(folder) == 0);
    CHECK(vault::remove_installation_key(file).has_value());
}

TEST_CASE("a file that an earlier version sealed opens with its key only") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    const auto key = key_of('1');
    const std::string bytes(32, 'x');
    write_private(file, "sealed:" + key.seal(bytes, vault::installation_secret_purpose()) + "\n");
    CHECK(secret_in(file, &key) == bytes);
    const auto without = read_installation_key(file, nullptr);
    REQUIRE(!without);
    CHECK(without.error().kind == error_kind::configuration);
    CHECK_THAT(without.error().message, contains("set CREDENTIAL_ENCRYPTION_KEY"));
    const auto wrong = key_of('2');
    const auto other = read_installation_key(file, &wrong);
    REQUIRE(!other);
    CHECK(other.error().kind == error_kind::configuration);
    CHECK_THAT(other.error().message, contains("CREDENTIAL_ENCRYPTION_KEY is not the key"));
}

TEST_CASE("a file that says that the secret is lost makes room for another") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    write_private(file, "lost\n");
    const auto found = read_installation_key(file, nullptr);
    REQUIRE(found.has_value());
    CHECK(found->given_up);
    CHECK_FALSE(found->bytes.has_value());
    REQUIRE(make(file).has_value());
    CHECK(secret_in(file).size() == 32);
    CHECK(files_in(folder) == 1);
}

TEST_CASE("a file that others can reach is refused with what to do") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    REQUIRE(make(file).has_value());
    for (const mode_t mode : {0640, 0604, 0610, 0644, 0602}) {
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        const auto loaded = read_installation_key(file, nullptr);
        REQUIRE(!loaded);
        CHECK(loaded.error().kind == error_kind::configuration);
        CHECK_THAT(loaded.error().message, contains("chmod 600"));
    }
    REQUIRE(::chmod(file.c_str(), 0400) == 0);
    CHECK(read_installation_key(file, nullptr).has_value());
}

TEST_CASE("a damaged file is reported, never replaced") {
    const scratch_folder folder;
    const auto file = folder / "db.operator";
    for (const std::string& content :
         {std::string(), std::string("plain:\n"), "plain:" + std::string(63, 'a'), "plain:" + std::string(66, 'a'),
          std::string("hello\n"), std::string(2000, 'x')}) {
        write_private(file, content);
        const auto loaded = read_installation_key(file, nullptr);
        REQUIRE(!loaded);
        CHECK_THAT(loaded.error().message, contains("damaged"));
        REQUIRE(make(file).has_value());
        CHECK(text_of_file(file) == content);
    }
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK(!read_installation_key(file, nullptr));
}

TEST_CASE("a folder that is not there is a storage error") {
    const scratch_folder folder;
    const auto made = make(folder / "no/such/db.operator");
    REQUIRE(!made);
    CHECK(made.error().kind == error_kind::storage);
    CHECK_THAT(made.error().message, contains("No such file"));
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
                const auto made = make(file);
                const auto loaded = read_installation_key(file, nullptr);
                std::string answer(32, '\0');
                if (made && loaded && loaded->bytes) answer = loaded->bytes->reveal();
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
        CHECK(secret_in(file) == *secrets.begin());
        CHECK(files_in(folder) == 1);
    }
}
