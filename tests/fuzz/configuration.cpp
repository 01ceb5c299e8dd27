// Settings: a .env file of any bytes, and the same lines as values of known settings. An error is one sentence that
// names the setting and shows no secret; what is taken is within its bounds.
#include "adapters/composition/configuration.hpp"
#include "adapters/composition/dotenv.hpp"
#include "adapters/composition/environment.hpp"
#include "adapters/composition/service_settings.hpp"
#include "tests/fuzz/check.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace slipway;
using namespace slipway::composition;
using fuzz::check;

namespace {

// Names whose value is a file that would be read are left out: the input would choose the file.
constexpr std::array names{"SLIPWAY_DATABASE_URL",
                           "HCLOUD_ENDPOINT",
                           "SLIPWAY_SERVER_TYPES",
                           "SLIPWAY_LOCATIONS",
                           "SLIPWAY_SSH_PORT",
                           "SLIPWAY_SSH_USER",
                           "SLIPWAY_SSH_TIMEOUT_SECS",
                           "SLIPWAY_RECIPE_TIMEOUT_SECS",
                           "SLIPWAY_OVERDUE_AFTER_SECS",
                           "SLIPWAY_LATE_GRACE_SECS",
                           "SLIPWAY_CRASH",
                           "HOME",
                           "XDG_CACHE_HOME",
                           "XDG_STATE_HOME",
                           "STATE_DIRECTORY",
                           "RUNTIME_DIRECTORY",
                           "HETZNER_PROVISIONING_ENABLED",
                           "HETZNER_POLL_INTERVAL_SECS",
                           "HETZNER_TERMINATION_POLL_INTERVAL_SECS",
                           "SLIPWAY_LISTEN"};
constexpr std::array secrets{"HCLOUD_TOKEN", "HETZNER_API_TOKEN", "CREDENTIAL_ENCRYPTION_KEY", "SLIPWAY_API_TOKEN"};
constexpr std::string_view marker = "MARKED-SECRET-";

class scratch_file {
public:
    scratch_file() : path_(std::filesystem::temp_directory_path() / ("slipway-fuzz-env-" + std::to_string(getpid()))) {}
    ~scratch_file() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    std::string holding(std::string_view text) const {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
        return path_.string();
    }

private:
    std::filesystem::path path_;
};

void is_a_sentence(const error& why) {
    check(!why.message.empty(), "an error says something");
    check(why.message.find(marker) == std::string::npos, "a secret is not repeated", why.message);
}

// As another application's file may be: whatever it holds, each line is told from the next.
void read_lines(std::string_view text) {
    const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
    int before = 0;
    for (const dotenv_entry& entry : read_dotenv(text)) {
        check(entry.line > before && entry.line <= lines, "entries stand on lines of their own, in order");
        check(entry.wrong.empty() || entry.wrong.find(marker) == std::string::npos, "a secret is not repeated", entry.wrong);
        check(!entry.name.empty() || !entry.wrong.empty(), "what has a value has a name");
        before = entry.line;
    }
}

void read_file(std::string_view text) {
    static const scratch_file file;
    const auto read = environment::load(file.holding(text));
    if (!read) return is_a_sentence(read.error());
    for (const char* name : names) {
        const auto value = read->text(name);
        if (value)
            check(!value->empty() && value->find_first_of(std::string_view("\n\0", 2)) == std::string::npos,
                  "a value is one line of text", *value);
    }
}

// The lines are the settings' values in the order of their names; those of secrets are marked, but for the key.
std::map<std::string, std::string> values_of(std::string_view text) {
    std::map<std::string, std::string> out;
    while (!text.empty()) {
        std::string_view line = fuzz::take_until(text, '\n');
        const std::string name(fuzz::take_until(line, '='));
        const std::string value(line.substr(0, line.find('\0')));  // as the process's environment has them
        const auto take = [&](std::string_view known, bool is_secret) {
            if (name != known) return;
            if (is_secret)
                out[name] = (name == "CREDENTIAL_ENCRYPTION_KEY" ? "" : std::string(marker)) + value;
            else if (value.find(marker) == std::string::npos)
                out[name] = value;
        };
        for (const char* known : names) take(known, false);
        for (const char* known : secrets) take(known, true);
        for (const notify::channel_kind* kind : notify::channel_kinds())
            for (const notify::setting& one : kind->settings) take(one.name, one.is_secret);
    }
    return out;
}

void configure_with(const environment& from) {
    const auto common = configure(from, std::nullopt);
    if (!common) return is_a_sentence(common.error());
    check(common->ssh_port >= 1 && common->ssh_port <= 65535, "a port is a port");
    check(common->late_grace_s >= 0 && common->late_grace_s <= 3600, "a time is within its bounds");
    check(!common->database.path.empty() && common->database.path.find('\0') == std::string::npos, "the log is a file");
    for (const auto& type : common->server_types) check(!type.empty(), "no entry of a list is empty");
    const auto service = configure_service(from, *common);
    if (!service) return is_a_sentence(service.error());
    check(service->poll_interval_s >= 1 && service->poll_interval_s <= 86400, "an interval is within its bounds");
    for (const auto& where : service->listen) {
        const auto again = net::parse_listen_address(where.text());
        check(again && again->text() == where.text(), "an address is read as it is written", where.text());
        check(!where.leaves_the_machine() || (service->api_token && service->api_token->reveal().size() >= 16),
              "nothing is open to the world without a token that cannot be guessed");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    read_lines(text);
    read_file(text);
    configure_with(environment(values_of(text)));
    return 0;
}
