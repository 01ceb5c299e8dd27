// slipway secrets rotate: all that is sealed under CREDENTIAL_ENCRYPTION_KEY is sealed under another key instead.
//
// The providers' tokens change in one transaction, then the installation's key file does. What opens with the new key
// already counts as done, so that a second run finishes what a crash between the two has left. SLIPWAY_CRASH=rotate
// kills the process there, for tests.
#include "adapters/cli/verbs.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/vault/installation_key.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using vault::sealing_key;

struct rotation {
    std::size_t resealed = 0;
    std::size_t already = 0;
    std::string operator_key = "none";  // resealed, already, none
};

error refuse(const std::string& file, const std::string& why) {
    return make_error(error_kind::usage, "the new key cannot be taken from " + file + ": " + why);
}

result<sealing_key> read_new_key(const std::string& file) {
    const int in = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in < 0) return refuse(file, std::strerror(errno));
    struct stat about {};
    const bool is_file = ::fstat(in, &about) == 0 && S_ISREG(about.st_mode);
    std::string text(256, '\0');
    const ssize_t size = is_file ? ::read(in, text.data(), text.size()) : 0;
    ::close(in);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    const secret held(std::move(text));
    if (!is_file) return refuse(file, "it is not a file");
    if ((about.st_mode & 077) != 0) return refuse(file, "other users can reach it; chmod 600 it, or make another key");
    auto key = sealing_key::parse(held.reveal());
    if (!key) return refuse(file, key.error().message + "; make one with: openssl rand -hex 32");
    return key;
}

bool same(const sealing_key& a, const sealing_key& b) {
    return b.open(a.seal("same")).has_value();
}

// Which of the keys opens the file: nothing is changed yet.
result<std::string> state_of(const std::filesystem::path& file, const sealing_key& from, const sealing_key& to) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) return std::string("none");
    if (vault::load_installation_key(file, nullptr)) return std::string("plain");
    if (vault::load_installation_key(file, &to)) return std::string("already");
    const auto opened = vault::load_installation_key(file, &from);
    if (!opened) return opened.error();
    return std::string("sealed");
}

// The registry calls this on its own thread.
registry::reseal_function resealing(std::shared_ptr<const sealing_key> from, std::shared_ptr<const sealing_key> to,
                                    std::shared_ptr<rotation> count) {
    return [from = std::move(from), to = std::move(to),
            count = std::move(count)](const std::string& sealed) -> result<std::string> {
        if (to->open(sealed)) {
            ++count->already;
            return sealed;
        }
        const auto opened = from->open(sealed);
        if (!opened)
            return make_error(error_kind::configuration,
                              "its token does not open with CREDENTIAL_ENCRYPTION_KEY, nor "
                              "with the new key. Nothing was changed");
        ++count->resealed;
        return to->seal(opened->reveal());
    };
}

awaitable<result<rotation>> rotate(sqlite::log& log, std::string database, std::shared_ptr<const sealing_key> from,
                                   std::shared_ptr<const sealing_key> to, bool die_between) {
    const auto file = vault::installation_key_path(database);
    const auto state = state_of(file, *from, *to);
    if (!state) {
        const std::string why =
            state.error().message + ". Nothing was changed; is CREDENTIAL_ENCRYPTION_KEY the old key?";
        co_return make_error(error_kind::configuration, why);
    }
    sqlite::registry registry(log);
    auto count = std::make_shared<rotation>();
    auto reseal = resealing(from, to, count);
    const auto done = co_await registry.reseal_tokens(std::move(reseal));
    if (!done) co_return done.error();
    if (die_between) std::raise(SIGKILL);
    if (*state == "plain" || *state == "sealed") {
        if (const auto changed = vault::reseal_installation_key(file, from.get(), to.get()); !changed) {
            const std::string why =
                changed.error().message + ". The tokens have the new key already: run this again when that is mended";
            co_return make_error(changed.error().kind, why);
        }
        count->operator_key = "resealed";
    } else {
        count->operator_key = *state;
    }
    co_return *count;
}

void say(invocation& in, const rotation& done) {
    if (in.typed.json) {
        nlohmann::ordered_json document = nlohmann::ordered_json::object();
        document["tokens_resealed"] = done.resealed;
        document["tokens_already"] = done.already;
        document["operator_key"] = done.operator_key;
        in.out.result(document.dump(2) + "\n");
    } else {
        std::string text = std::to_string(done.resealed) + " tokens were sealed under the new key";
        if (done.already > 0) text += ", " + std::to_string(done.already) + " had been before";
        if (done.operator_key == "resealed") text += "; the operator's key too";
        if (done.operator_key == "already") text += "; the operator's key had been before";
        in.out.result(text + "\n");
    }
    in.out.note(
        "now put the new key into CREDENTIAL_ENCRYPTION_KEY and start slipwayd; without it no token can be read");
}

}  // namespace

int secrets_rotate(invocation& in, const rotate_arguments& args) {
    if (in.api)
        return complain(in.out, make_error(error_kind::refused,
                                           "keys are not rotated through a daemon: stop slipwayd and "
                                           "run this on its machine, without --api and SLIPWAY_API"));
    if (!in.settings.sealing)
        return complain(in.out, make_error(error_kind::configuration,
                                           "the old key is missing: set CREDENTIAL_ENCRYPTION_KEY "
                                           "to the key that the tokens are sealed under"));
    auto fresh = read_new_key(args.new_key_file);
    if (!fresh) return complain(in.out, fresh.error());
    auto from = std::make_shared<const sealing_key>(*std::exchange(in.settings.sealing, std::nullopt));
    auto to = std::make_shared<const sealing_key>(*std::move(fresh));
    if (same(*from, *to))
        return complain(in.out, make_error(error_kind::usage,
                                           "the new key is the one in CREDENTIAL_ENCRYPTION_KEY: make "
                                           "another with openssl rand -hex 32"));
    if (!std::filesystem::exists(in.settings.database))
        return complain(in.out, make_error(error_kind::unreachable, "there is no database " + in.settings.database));

    boost::asio::io_context loop(1);
    const auto until_done = boost::asio::make_work_guard(loop);
    sqlite::writer_options writing;
    writing.path = in.settings.database;
    auto log = sqlite::log::open(writing);
    if (!log) return complain(in.out, log.error());
    const bool die_between = in.settings.crash_point == "rotate";
    int code = exit_failed;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, rotate(**log, in.settings.database, from, to, die_between),
                          [&](std::exception_ptr thrown, result<rotation> done) {
                              problem = thrown;
                              loop.stop();
                              if (thrown) return;
                              code = done ? static_cast<int>(exit_done) : complain(in.out, done.error());
                              if (done) say(in, *done);
                          });
    loop.run();
    if (problem) std::rethrow_exception(problem);
    return code;
}

}  // namespace slipway::cli
