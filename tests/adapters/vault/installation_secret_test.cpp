// Where the installation's secret is, on real database files: it moves, it is missed, it is another's.
#include "adapters/composition/store.hpp"
#include "adapters/vault/installation_key.hpp"
#include "adapters/vault/installation_secret.hpp"
#include "adapters/vault/seal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include "tests/tools/slipway-log/support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fstream>

using namespace slipway;
using namespace slipway::test;
using vault::sealing_key;

namespace {

const sealing_key key_one = *sealing_key::parse(std::string(64, '1'));
const sealing_key key_two = *sealing_key::parse(std::string(64, '2'));

struct house {
    temporary_directory at;
    std::string database = at / "slipway.db";
    std::filesystem::path file = vault::installation_key_path(database);

    template <class T>
    static T run(boost::asio::awaitable<T> work) {
        boost::asio::io_context loop(1);
        std::optional<T> got;
        std::exception_ptr failed;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, T value) {
            failed = e;
            got.emplace(std::move(value));
        });
        loop.run();
        if (failed) std::rethrow_exception(failed);
        return std::move(*got);
    }

    result<secret> start(const sealing_key* key) {
        const auto store = composition::open_store({database, false}).value();
        return run(vault::open_installation_secret(*store.secrets, *store.log, file, key));
    }
    std::string secret_of(const sealing_key* key) {
        const auto opened = start(key);
        INFO((opened ? "" : opened.error().message));
        REQUIRE(opened.has_value());
        CHECK(opened->reveal().size() == 32);
        return std::string(opened->reveal());
    }
    std::string refused(const sealing_key* key) {
        const std::string before = content();
        const auto opened = start(key);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == error_kind::configuration);
        CHECK(content() == before);
        return opened.error().message;
    }
    std::optional<kept_secret> kept() {
        const auto log = composition::open_reader({database, false}, composition::if_damaged::refuse).value();
        return log->kept(vault::installation_secret_name).value();
    }
    std::string file_text() const {
        return text_of_file(file);
    }
    void write_file(const std::string& text) const {
        std::ofstream(file, std::ios::binary) << text;
        std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    bool has_file() const { return std::filesystem::exists(file); }
    // What is there of it, in the store and beside it.
    std::string content() {
        if (!std::filesystem::exists(database)) return file_text();
        const auto row = kept();
        return file_text() + (row ? row->fingerprint + row->sealed : "");
    }
    void with_vms(const std::function<void(sqlite::writer&)>& make) {
        auto writer = open_writer(database);
        make(writer);
    }
};

}  // namespace

TEST_CASE("with an encryption key the secret is sealed in the store, and nowhere else") {
    house h;
    const std::string first = h.secret_of(&key_one);
    CHECK_FALSE(h.has_file());
    REQUIRE(h.kept().has_value());
    CHECK(h.kept()->fingerprint.size() == 64);
    CHECK(key_one.open(h.kept()->sealed, vault::installation_secret_purpose())->reveal() == first);
    CHECK(h.secret_of(&key_one) == first);
    CHECK_THAT(h.refused(nullptr), contains("set CREDENTIAL_ENCRYPTION_KEY"));
    CHECK_THAT(h.refused(&key_two), contains("CREDENTIAL_ENCRYPTION_KEY is not the key"));
}

TEST_CASE("without one it is a file, until there is a key: then it moves into the store") {
    house h;
    const std::string first = h.secret_of(nullptr);
    CHECK(h.file_text().starts_with("plain:"));
    REQUIRE(h.kept().has_value());
    CHECK(h.kept()->sealed.empty());
    CHECK(h.secret_of(nullptr) == first);
    const std::string fingerprint = h.kept()->fingerprint, plain = h.file_text();
    CHECK(h.secret_of(&key_one) == first);
    CHECK_FALSE(h.has_file());
    CHECK(h.kept()->fingerprint == fingerprint);
    CHECK(key_one.open(h.kept()->sealed, vault::installation_secret_purpose())->reveal() == first);

    SECTION("killed before the file is removed, it is there twice; the next start removes it") {
        h.write_file(plain);
        CHECK(h.secret_of(&key_one) == first);
        CHECK_FALSE(h.has_file());
    }
    SECTION("a file that says something else is left alone") {
        for (const std::string& text : {"plain:" + std::string(64, 'a'), std::string("what?")}) {
            h.write_file(text);
            CHECK(h.secret_of(&key_one) == first);
            CHECK(h.file_text() == text);
        }
    }
    SECTION("that it was given up once is forgotten") {
        h.write_file("lost");
        CHECK(h.secret_of(&key_one) == first);
        CHECK_FALSE(h.has_file());
    }
}

TEST_CASE("the file of an earlier version is taken over") {
    house h;
    open_writer(h.database);
    const std::string bytes(32, 'x');
    SECTION("plain") {
        h.write_file("plain:" + std::string(64, '7') + "\n");
        CHECK(h.secret_of(nullptr) == std::string(32, 'w'));
        CHECK(h.has_file());
        CHECK(h.kept().has_value());
        CHECK(h.secret_of(&key_one) == std::string(32, 'w'));
        CHECK_FALSE(h.has_file());
    }
    SECTION("plain, of which nobody knows whose it is, where there is a key") {
        h.write_file("plain:" + std::string(64, '7') + "\n");
        const std::string said = h.refused(&key_one);
        CHECK_THAT(said, contains(h.file.string()) && contains("in the clear") && contains("without CREDENTIAL_ENCRYPTION_KEY"));
        CHECK(said.find("7777") == said.npos);
        // What it says helps.
        CHECK(h.secret_of(nullptr) == std::string(32, 'w'));
        CHECK(h.secret_of(&key_one) == std::string(32, 'w'));
    }
    SECTION("sealed") {
        h.write_file("sealed:" + key_one.seal(bytes, vault::installation_secret_purpose()) + "\n");
        CHECK_THAT(h.refused(nullptr), contains("set CREDENTIAL_ENCRYPTION_KEY"));
        CHECK_THAT(h.refused(&key_two), contains("does not open"));
        CHECK(h.secret_of(&key_one) == bytes);
        CHECK_FALSE(h.has_file());
        CHECK(key_one.open(h.kept()->sealed, vault::installation_secret_purpose())->reveal() == bytes);
    }
}

TEST_CASE("a secret that is missing is not replaced while a VM needs it") {
    using life = std::function<void(vm_life&)>;
    const auto [needed, state, lived] = GENERATE(table<bool, std::string, life>({
        {false, "accepted", [](vm_life& vm) { vm.requested(); }},
        {true, "key_created", [](vm_life& vm) { vm.requested(), vm.key_registered(); }},
        {true, "server_created", [](vm_life& vm) { vm.requested(), vm.key_registered(), vm.server_made(); }},
        {true, "ssh_ready", [](vm_life& vm) { vm.requested(), vm.key_registered(), vm.server_made(), vm.reached(); }},
        {false, "active", [](vm_life& vm) { vm.made_active(); }},
        {false, "terminated", [](vm_life& vm) { vm.made_active(), vm.deleted(); }},
        {false, "terminating", [](vm_life& vm) {
             vm.made_active();
             vm.then(10, {end_requested{"asked"}});
         }},
    }));
    INFO(state);
    const sealing_key* key = GENERATE(static_cast<const sealing_key*>(nullptr), &key_one);
    house h;
    const std::string first = h.secret_of(key);
    h.with_vms([&](sqlite::writer& log) {
        vm_life vm(log, 1, "web1");
        lived(vm);
        CHECK(vm.state().state_name() == state);
    });
    CHECK(h.secret_of(key) == first);
    const auto before = h.kept();
    const std::string text = h.file_text();
    // With a key: a store that was put together anew. Without: a file that was forgotten.
    if (key != nullptr)
        run_sql(h.database, "DELETE FROM secrets");
    else
        std::filesystem::remove(h.file);
    if (!needed) {
        CHECK(h.secret_of(key) != first);
        return;
    }
    const std::string why = h.refused(key);
    CHECK_THAT(why, contains("the installation's secret is missing") && contains(h.file.string()) &&
                        contains("1 VM is on the way") && contains("(web1)") && contains("from a backup"));
    CHECK_FALSE(h.has_file());
    SECTION("put back, it is the one") {
        if (key != nullptr)
            run_sql(h.database, "INSERT INTO secrets VALUES ('installation', '" + before->fingerprint + "', '" +
                                    before->sealed + "', 0)");
        else
            h.write_file(text);
        CHECK(h.secret_of(key) == first);
    }
    SECTION("who knows that it is lost says so, and gets another") {
        h.write_file("lost\n");
        const std::string second = h.secret_of(key);
        CHECK(second != first);
        CHECK(h.secret_of(key) == second);
        CHECK(h.has_file() == (key == nullptr));
    }
}

TEST_CASE("a VM of which nothing can be told counts as one that needs the secret") {
    house h;
    h.secret_of(nullptr);
    h.with_vms([](sqlite::writer& log) { append_one(log, make_request(1, 0)).value(); });
    std::filesystem::remove(h.file);
    CHECK_THAT(h.refused(nullptr), contains("(web1)"));
}

TEST_CASE("another installation's secret is noticed") {
    house h, other;
    const std::string first = h.secret_of(nullptr);
    other.secret_of(nullptr);
    const std::string own = h.file_text();
    h.write_file(other.file_text());
    for (const sealing_key* key : {static_cast<const sealing_key*>(nullptr), &key_one})
        CHECK_THAT(h.refused(key), contains("another installation's secret") && contains(h.file.string()));
    h.write_file(own);
    CHECK(h.secret_of(nullptr) == first);

    CHECK(h.secret_of(&key_one) == first);
    run_sql(h.database, "UPDATE secrets SET fingerprint = '" + other.kept()->fingerprint + "'");
    CHECK_THAT(h.refused(&key_one), contains("not the one that the database remembers"));
}

TEST_CASE("adopting a secret puts it where it belongs, and makes none") {
    house h;
    const auto adopt = [&](const sealing_key* key) {
        const auto store = composition::open_store({h.database, false}).value();
        return house::run(vault::adopt_installation_secret(*store.secrets, h.file, key)).value();
    };
    CHECK_FALSE(adopt(&key_one));
    CHECK_FALSE(h.kept().has_value());
    const std::string first = h.secret_of(nullptr);
    CHECK(adopt(&key_one));
    CHECK_FALSE(h.has_file());
    CHECK(h.secret_of(&key_one) == first);
}
