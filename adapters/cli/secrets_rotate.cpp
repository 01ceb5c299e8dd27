// slipway secrets rotate: all that is sealed under CREDENTIAL_ENCRYPTION_KEY is sealed under another key instead, in one
// transaction: the providers' tokens and webhooks, and the installation's secret, which a file beside the database gives up
// first. What opens with the new key already counts as done. Also beside a daemon that has the new key as its own and the old
// one as CREDENTIAL_ENCRYPTION_KEY_PREVIOUS; the store remembers what it has. SLIPWAY_CRASH=rotate kills the process in the
// middle, for tests.
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verbs.hpp"
#include "adapters/composition/store.hpp"
#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <memory>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using vault::sealing_key;
using vault::sealing_keys;

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

error nothing_changed(const std::string& why) {
    return make_error(error_kind::configuration, why + ". Nothing was changed; is CREDENTIAL_ENCRYPTION_KEY the old key?");
}

// Is told how many tokens have been looked at.
using how_far = std::function<void(std::size_t)>;

// The store calls this on its own thread, while the verb's waits.
secret_store::reseal_function resealing(std::shared_ptr<const sealing_keys> from, std::shared_ptr<const sealing_key> to,
                                        std::shared_ptr<rotation> count, how_far told, bool die_between) {
    return [from = std::move(from), to = std::move(to), count = std::move(count), told = std::move(told),
            die_between](const sealed_text& old) -> result<std::string> {
        const bool is_webhook = old.purpose.what == sealed_kind::discord_webhook;
        const bool is_token = is_webhook || old.purpose.what == sealed_kind::provider_token;
        if (!is_token && die_between) std::raise(SIGKILL);
        const bool already = to->open(old.sealed, old.purpose).has_value();
        told(count->resealed + count->already);
        if (is_token)
            ++(already ? count->already : count->resealed);
        else
            count->operator_key = already ? "already" : "resealed";
        if (already) return to->renew(old.sealed, old.purpose);
        const auto opened = from->open(old.sealed, old.purpose);
        if (opened) return to->seal(opened->reveal(), old.purpose);
        const std::string whose = "provider " + old.purpose.name + (is_webhook ? ": its webhook" : ": its token");
        return nothing_changed((is_token ? whose : "the installation's secret") + " opens with neither of the two keys");
    };
}

awaitable<result<rotation>> rotate(composition::store& store, std::filesystem::path file,
                                   std::shared_ptr<const sealing_keys> from, std::shared_ptr<const sealing_key> to,
                                   how_far told, bool die_between) {
    // As a start with the old key would do; after a rotation that has come to its end, with the new one.
    auto adopted = co_await vault::adopt_installation_secret(*store.secrets, file, from.get());
    if (!adopted) {
        const auto by_new_key = co_await vault::adopt_installation_secret(*store.secrets, file, to.get());
        if (!by_new_key) co_return nothing_changed(adopted.error().message);
    }
    auto count = std::make_shared<rotation>();
    auto reseal = resealing(from, to, count, std::move(told), die_between);
    const auto done = co_await store.secrets->reseal_all(std::move(reseal));
    if (!done) co_return done.error();
    co_return *count;
}

// A daemon that does not know the new key could open nothing any more.
result<rotation> rotate_beside(const composition::location& place, std::shared_ptr<const sealing_keys> from,
                               std::shared_ptr<const sealing_key> to, how_far told, bool die_between) {
    auto log = composition::open_reader(place, composition::if_damaged::refuse);
    if (!log) return log.error();
    const auto writers = (*log)->kept(vault::encryption_key_name);
    if (!writers) return writers.error();
    if (!*writers || (*writers)->fingerprint != to->key_fingerprint())
        return make_error(error_kind::refused,
                          "slipwayd is running and does not have the new key. Give it both, the new one as "
                          "CREDENTIAL_ENCRYPTION_KEY and the old one as CREDENTIAL_ENCRYPTION_KEY_PREVIOUS, let it read them "
                          "(SIGHUP, or a restart), and run this again; or stop it first");
    auto count = std::make_shared<rotation>();
    const auto done = composition::reseal_beside_writer(place, resealing(from, to, count, std::move(told), die_between));
    if (!done) return done.error();
    return *count;
}

void say(invocation& in, const rotation& done, bool beside) {
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
    in.out.note(beside ? "CREDENTIAL_ENCRYPTION_KEY_PREVIOUS is no longer needed: take it away, and let slipwayd read its "
                         "settings again"
                       : "now put the new key into CREDENTIAL_ENCRYPTION_KEY and start slipwayd; without it no token can be "
                         "read");
}

int rotate_to(invocation& in, const std::string& new_key_file) {
    if (in.api)
        return complain(in.out, make_error(error_kind::refused,
                                           "keys are not rotated through the API: run this on slipwayd's machine, "
                                           "without --api and SLIPWAY_API"));
    if (!in.settings.sealing)
        return complain(in.out, make_error(error_kind::configuration,
                                           "the old key is missing: set CREDENTIAL_ENCRYPTION_KEY "
                                           "to the key that the tokens are sealed under"));
    auto fresh = read_new_key(new_key_file);
    if (!fresh) return complain(in.out, fresh.error());
    const auto from = in.settings.sealing;
    auto to = std::make_shared<const sealing_key>(*std::move(fresh));
    if (from->key_fingerprint() == to->key_fingerprint() && !from->has_previous())
        return complain(in.out, make_error(error_kind::usage,
                                           "the new key is the one in CREDENTIAL_ENCRYPTION_KEY: make "
                                           "another with openssl rand -hex 32"));
    const composition::location& place = in.settings.database;
    if (!composition::store_exists(place))
        return complain(in.out, make_error(error_kind::unreachable, "there is no database " + place.name()));

    const bool die_between = in.settings.crash_point == "rotate";
    const how_far told = [&out = in.out, next = std::chrono::steady_clock::time_point()](std::size_t tokens) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now < next) return;
        next = now + std::chrono::milliseconds{100};
        out.status("tokens: " + std::to_string(tokens));
    };
    boost::asio::io_context loop(1);
    auto store = composition::open_store(place);
    if (!store && store.error().kind == error_kind::refused) {
        const auto done = rotate_beside(place, from, to, told, die_between);
        if (!done) return complain(in.out, done.error());
        say(in, *done, true);
        return exit_done;
    }
    if (!store) return complain(in.out, store.error());
    int code = exit_failed;
    std::exception_ptr problem;
    boost::asio::co_spawn(loop, rotate(*store, vault::installation_key_path(place.path), from, to, told, die_between),
                          [&](std::exception_ptr thrown, result<rotation> done) {
                              problem = thrown;
                              if (thrown) return;
                              code = done ? static_cast<int>(exit_done) : complain(in.out, done.error());
                              if (done) say(in, *done, false);
                          });
    loop.run();
    if (problem) std::rethrow_exception(problem);
    return code;
}

struct secrets_rotate_verb final : verb {
    std::string new_key_file;

    void take(option_list& options) override {
        options.add({.name = "--new-key-file",
                     .help = "File of mode 0600 with the new key, 64 hex digits",
                     .into = &new_key_file,
                     .placeholder = "FILE",
                     .required = true});
    }

    int run(invocation& in) override { return rotate_to(in, new_key_file); }
};

}  // namespace

made_verb secrets_rotate() { return std::make_unique<secrets_rotate_verb>(); }

}  // namespace slipway::cli
