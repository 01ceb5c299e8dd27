// What the .env of a working directory may do with each setting of slipway, and how such a file is read.
#include "adapters/composition/configuration.hpp"
#include "adapters/composition/dotenv.hpp"
#include "adapters/composition/environment.hpp"
#include "adapters/composition/service_settings.hpp"
#include "adapters/composition/setting_table.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

using namespace slipway;
using namespace slipway::composition;

namespace fs = std::filesystem;

namespace {

const std::set<std::string, std::less<>> counting{
    "HCLOUD_TOKEN",         "HETZNER_API_TOKEN",        "DISCORD_TOKEN",               "DISCORD_ALLOWED_USERS",
    "DISCORD_ALLOWED_ROLES", "DISCORD_USER_QUOTA",       "SLIPWAY_SERVER_TYPES",        "SLIPWAY_LOCATIONS",
    "SLIPWAY_SSH_TIMEOUT_SECS", "SLIPWAY_RECIPE_TIMEOUT_SECS", "SLIPWAY_OVERDUE_AFTER_SECS", "HETZNER_PROVISIONING_ENABLED", "HETZNER_POLL_INTERVAL_SECS",
    "HETZNER_TERMINATION_POLL_INTERVAL_SECS", "SLIPWAY_LOG_LEVEL"};
const std::set<std::string, std::less<>> destinations{"HCLOUD_ENDPOINT", "DISCORD_API_BASE"};
const std::set<std::string, std::less<>> of_the_system{"HOME", "JOURNAL_STREAM"};

// A working directory of its own.
class working_directory {
public:
    working_directory()
        : before_(fs::current_path()), place_(fs::temp_directory_path() / ("slipway-env-" + std::to_string(getpid()))) {
        fs::create_directories(place_);
        fs::current_path(place_);
    }
    ~working_directory() {
        std::error_code ignored;
        fs::current_path(before_, ignored);
        fs::remove_all(place_, ignored);
    }

    void holds(const std::string& text) const { write(".env", text); }
    static void write(const std::string& file, const std::string& text) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
        REQUIRE(chmod(file.c_str(), 0600) == 0);
    }
    // With these variables in the process's environment.
    static result<environment> read(std::map<std::string, std::string> process = {}) {
        return environment::load({}, [process](const std::string& name) {
            const auto it = process.find(name);
            return it == process.end() ? std::nullopt : std::optional<std::string>(it->second);
        });
    }

private:
    fs::path before_, place_;
};

void refused(const result<environment>& read, const std::string& name) {
    INFO(name);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == error_kind::configuration);
    CHECK_THAT(read.error().message, test::contains(name));
    CHECK_THAT(read.error().message, test::contains("--config FILE"));
    CHECK_THAT(read.error().message, !test::contains("hostile"));
}

}  // namespace

TEST_CASE("./.env may set what the list says, and a setting that nobody has put on it is refused") {
    const working_directory here;
    for (const setting_row& row : setting_table()) {
        const std::string name(row.name);
        INFO(name);
        here.holds("OTHER=1\n" + name + "=hostile\n");
        const auto read = here.read();
        if (counting.contains(name)) {
            REQUIRE(read);
            CHECK(read->text(name) == "hostile");
        } else if (of_the_system.contains(name)) {
            REQUIRE(read);
            CHECK_FALSE(read->text(name));
        } else {
            refused(read, name);
        }
        if (!row.is_secret) continue;
        here.holds("export " + name + "_FILE='hostile'\n");
        refused(here.read(), name + "_FILE");
    }
    for (const std::string name : {"SLIPWAY_OF_A_LATER_VERSION", "SLIPWAY_INSTANCE", "XDG_DATA_HOME"}) {
        here.holds(name + "=hostile\n");
        refused(here.read(), name);
    }
    here.holds("SLIPWAY_API=\n");
    CHECK(here.read());
}

TEST_CASE("a file that was named may set everything") {
    const working_directory here;
    for (const setting_row& row : setting_table()) {
        here.write("mine", std::string(row.name) + "=good\n");
        const auto read = environment::load(std::string("mine"), nullptr);
        REQUIRE(read);
        CHECK(read->text(std::string(row.name)) == "good");
        CHECK_FALSE(read->is_for_its_token_only(std::string(row.name)));
        here.holds("");
        auto later = here.read();
        REQUIRE(later);
        REQUIRE(later->add("mine"));
        CHECK(later->text(std::string(row.name)) == "good");
    }
}

TEST_CASE("a destination in ./.env counts only with the token of the same file") {
    const working_directory here;
    for (const setting_row& row : setting_table()) {
        if (row.rule != in_working_directory::with_token) continue;
        const std::string name(row.name);
        REQUIRE(destinations.contains(name));
        for (const std::string_view token_name : row.tokens) {
            const std::string token(token_name);
            here.holds(name + "=hostile\n" + token + "=dummy\n");
            const auto both = here.read();
            REQUIRE(both);
            CHECK(both->text(name) == "hostile");
            CHECK(both->is_for_its_token_only(name));
            // Another token is the one that counts: of the environment, of a file that it names, of systemd's folder.
            refused(here.read({{token, "real"}}), name);
            refused(here.read({{token + "_FILE", "real"}}), name);
            std::string credential = token;
            for (char& c : credential) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            here.write(credential, "real");
            refused(here.read({{"CREDENTIALS_DIRECTORY", "."}}), name);
            // The person's own destination: the file's does not count, and its token may go there.
            const auto own = here.read({{name, "mine"}});
            REQUIRE(own);
            CHECK(own->text(name) == "mine");
            CHECK_FALSE(own->is_for_its_token_only(name));
        }
    }
    here.holds("HCLOUD_ENDPOINT=http://127.0.0.1:1/v1\nHETZNER_API_TOKEN=dummy\n");
    here.write("mine", "HCLOUD_TOKEN=real\n");
    auto read = here.read();
    REQUIRE(read);
    const auto added = read->add("mine");
    REQUIRE_FALSE(added);
    CHECK_THAT(added.error().message, test::contains("HCLOUD_ENDPOINT"));
}

TEST_CASE("a file that others can write is not used") {
    const working_directory here;
    for (const mode_t mode : {0620, 0602, 0666}) {
        here.write("mine", "SLIPWAY_API=unix:/a\n");
        REQUIRE(chmod("mine", mode) == 0);
        const auto named = environment::load(std::string("mine"), nullptr);
        REQUIRE_FALSE(named);
        CHECK(named.error().kind == error_kind::configuration);
        CHECK_THAT(named.error().message, test::contains("chmod go-w mine"));
        auto later = here.read();
        REQUIRE(later);
        CHECK_FALSE(later->add("mine"));
    }
    if (geteuid() != 0) return;
    here.write("mine", "SLIPWAY_API=unix:/a\n");
    REQUIRE(chown("mine", 12345, 12345) == 0);
    const auto of_another = environment::load(std::string("mine"), nullptr);
    REQUIRE_FALSE(of_another);
    CHECK_THAT(of_another.error().message, test::contains("belongs to another user"));
}

TEST_CASE("the .env of an application, as its own libraries read it") {
    const working_directory here;
    here.holds("\xef\xbb\xbf# settings of the shop\r\n"
               "KEY=\"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nSLIPWAY_API=unix:/inside/a/value\n"
               "-----END PRIVATE KEY-----\"\n"
               "this is no setting at all\n"
               "BROKEN=\"never closed\n"
               "=nothing\n"
               "ZERO=a" + std::string(1, '\0') + "b\n"
               "HOME=/app\n"
               "export  HCLOUD_TOKEN = 'abc#def' # the project's\r\n"
               "SLIPWAY_LOCATIONS=nbg1,fsn1 # in this order\n"
               "  SLIPWAY_SERVER_TYPES=\"cx23\"   # quoted\n"
               "SLIPWAY_SSH_TIMEOUT_SECS=240");
    const auto read = here.read();
    REQUIRE(read);
    CHECK((*read->secret("HCLOUD_TOKEN"))->reveal() == "abc#def");
    CHECK(read->text("SLIPWAY_LOCATIONS") == "nbg1,fsn1");
    CHECK(read->text("SLIPWAY_SERVER_TYPES") == "cx23");
    CHECK(read->text("SLIPWAY_SSH_TIMEOUT_SECS") == "240");
    CHECK_FALSE(read->text("HOME"));
}

TEST_CASE("what is wrong in a line of slipway's is said with its number") {
    const working_directory here;
    for (const std::string line : {"HCLOUD_TOKEN=\"abc", "HCLOUD_TOKEN abc", "HCLOUD_TOKEN='abc' def", "HCLOUD_TOKEN=\"a\nb\""}) {
        here.holds("A=1\nB=\"2\n3\"\n" + line + "\n");
        const auto read = here.read();
        INFO(line);
        REQUIRE_FALSE(read);
        CHECK_THAT(read.error().message, test::contains(".env, line 4: HCLOUD_TOKEN"));
        CHECK_THAT(read.error().message, !test::contains("abc"));
    }
}

TEST_CASE("lines of a .env file") {
    const auto only = [](std::string_view text) {
        const auto entries = read_dotenv(text);
        REQUIRE(entries.size() == 1);
        CHECK(entries.front().wrong.empty());
        return entries.front().value;
    };
    CHECK(only("A=b").size() == 1);
    CHECK(only("A=").empty());
    CHECK(only("A= # nothing").empty());
    CHECK(only("A=b#c") == "b#c");
    CHECK(only("A=b=c ") == "b=c");
    CHECK(only("A='b # c' # d") == "b # c");
    CHECK(only("A='b\\nc'") == "b\\nc");
    CHECK(only("A=\"b\\nc\\\"d\\\\e\\$\"") == "b\nc\"d\\e\\$");
    CHECK(only("A='it\\'s'") == "it's");
    CHECK(only("A=\"b\nc\n\"\n\n# end\n") == "b\nc\n");
    CHECK(only("export\tA=b") == "b");
    CHECK(only("exported=b") == "b");
    CHECK(read_dotenv("\n\r\n  \n# only\n").empty());
    const auto two = read_dotenv("A=\"open\nB=\"closed\"\n");
    REQUIRE(two.size() == 2);
    CHECK_FALSE(two.front().wrong.empty());
    CHECK(two.back().value == "closed");
    CHECK(two.back().line == 2);
}

TEST_CASE("a setting without a row in the table is a bug") {
    const environment nothing(std::map<std::string, std::string>{});
    CHECK_THROWS(nothing.text("SLIPWAY_NOBODY_KNOWS"));
    CHECK_THROWS(nothing.secret("SLIPWAY_NOBODY_KNOWS"));
}

TEST_CASE("a user's name is no option of ssh") {
    for (const std::string name : {"-oProxyCommand=touch /tmp/x;#", "a b", "a@b", "a\nb", "a;b", "a/b", "$(id)"}) {
        const auto read = configure(environment({{"HOME", "/nowhere"}, {"SLIPWAY_SSH_USER", name}}), {});
        INFO(name);
        REQUIRE_FALSE(read);
        CHECK_THAT(read.error().message, test::contains("SLIPWAY_SSH_USER"));
    }
    CHECK(configure(environment({{"HOME", "/nowhere"}, {"SLIPWAY_SSH_USER", "deploy_1.x-y"}}), {}));
}

TEST_CASE("providers' tokens do not go where a .env of the working directory points") {
    const working_directory here;
    here.holds("HCLOUD_ENDPOINT=http://127.0.0.1:1/v1\nHCLOUD_TOKEN=dummy\n");
    const std::map<std::string, std::string> process{{"HOME", "/nowhere"},
                                                     {"CREDENTIAL_ENCRYPTION_KEY", std::string(64, 'a')}};
    const auto read = here.read(process);
    REQUIRE(read);
    const auto c = configure(*read, {});
    REQUIRE(c);
    CHECK(c->endpoint_for_token_only);
    CHECK(configure_service(*read, *c));
    here.holds("HCLOUD_ENDPOINT=http://127.0.0.1:1/v1\nHCLOUD_TOKEN=dummy\nHETZNER_PROVISIONING_ENABLED=true\n");
    const auto with_contracts = here.read(process);
    REQUIRE(with_contracts);
    const auto refused = configure_service(*with_contracts, *configure(*with_contracts, {}));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, test::contains("HCLOUD_ENDPOINT"));
}

TEST_CASE("webhooks are not sent where ./.env wants the bot's token to be sent") {
    const working_directory here;
    const auto base_of_webhooks = [](const result<environment>& from) {
        REQUIRE(from);
        const auto c = configure(*from, {});
        REQUIRE(c);
        const auto s = configure_service(*from, *c);
        REQUIRE(s);
        return std::string(s->notify.of("DISCORD_API_BASE"));
    };
    const std::map<std::string, std::string> process{{"SLIPWAY_DATABASE_URL", "sqlite:/nowhere/s.db"}};
    here.holds("DISCORD_TOKEN=a.b.c\nDISCORD_API_BASE=https://hostile.example/api\n");
    CHECK(base_of_webhooks(here.read(process)).empty());
    here.holds("");
    auto mine = process;
    mine["DISCORD_API_BASE"] = "https://mine.example/api";
    CHECK(base_of_webhooks(here.read(mine)) == "https://mine.example/api");
}
