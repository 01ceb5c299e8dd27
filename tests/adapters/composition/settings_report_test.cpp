// What slipwayd --check-config says: where each setting comes from, and all that is wrong at once.
#include "adapters/composition/settings_report.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>

using namespace slipway::composition;

namespace {

environment given(std::map<std::string, std::string> process) {
    process.try_emplace("SLIPWAY_DATABASE_URL", "sqlite:/nowhere/s.db");
    const auto look = [process](const std::string& name) -> std::optional<std::string> {
        const auto it = process.find(name);
        return it == process.end() ? std::nullopt : std::optional(it->second);
    };
    return environment::load(std::nullopt, look).value();
}

reported_setting reported(const environment& from, const std::string& name) {
    const auto all = report_settings(from);
    const auto it = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    REQUIRE(it != all.end());
    return *it;
}

}  // namespace

TEST_CASE("a setting is reported with its origin and its value, a secret without") {
    const environment from = given({{"SLIPWAY_LOCATIONS", "fsn1"}, {"HCLOUD_TOKEN", "secret words"},
                                    {"TELEGRAM_BOT_TOKEN_FILE", "/run/token"}});
    CHECK(reported(from, "SLIPWAY_LOCATIONS").origin == "environment");
    CHECK(reported(from, "SLIPWAY_LOCATIONS").value == "fsn1");
    CHECK(reported(from, "HCLOUD_TOKEN").origin == "environment");
    CHECK(reported(from, "HCLOUD_TOKEN").value.empty());
    CHECK(reported(from, "SLIPWAY_DATABASE_URL").value.empty());
    CHECK(reported(from, "TELEGRAM_BOT_TOKEN").origin == "file /run/token");
    CHECK(reported(from, "SLIPWAY_SERVER_TYPES").origin == "default");
}

TEST_CASE("everything that is wrong is said, and nothing that is only wrong because of it") {
    CHECK(wrong_settings(given({})).empty());
    const auto wrong = wrong_settings(given({{"SLIPWAY_SSH_PORT", "none"},
                                             {"CREDENTIAL_ENCRYPTION_KEY", "short"},
                                             {"CREDENTIAL_ENCRYPTION_KEY_PREVIOUS", std::string(64, 'a')},
                                             {"HETZNER_PROVISIONING_ENABLED", "true"},
                                             {"SLIPWAY_LISTEN", "0.0.0.0:8080"},
                                             {"SLIPWAY_SMTP_URL", "gopher://mail"}}));
    REQUIRE(wrong.size() == 4);
    CHECK(wrong[0].starts_with("CREDENTIAL_ENCRYPTION_KEY: "));
    CHECK(wrong[1].starts_with("SLIPWAY_SSH_PORT must be"));
    CHECK(wrong[2].starts_with("SLIPWAY_LISTEN: "));
    CHECK(wrong[3].find("SLIPWAY_SMTP_URL") != std::string::npos);
    for (const std::string& sentence : wrong) CHECK(sentence.find("short") == std::string::npos);
}

TEST_CASE("a variable that is called as slipway's are and is none is asked about") {
    const auto said = unknown_settings({"SLIPWAY_LISTN", "SLIPWAY_LISTEN", "SLIPWAY_API_TOKEN_FILE", "PATH"});
    REQUIRE(said.size() == 1);
    CHECK(said.front() == "SLIPWAY_LISTN is no setting of slipway's: did you mean SLIPWAY_LISTEN?");
}
