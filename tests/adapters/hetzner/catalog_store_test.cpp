// Fetching and keeping the catalog: pages, age, the file, and many who ask at once.
#include "adapters/hetzner/catalog_store.hpp"
#include "tests/adapters/hetzner/catalog_pages.hpp"
#include "tests/adapters/hetzner/scratch_directory.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <sys/stat.h>

#include <fstream>
#include <sstream>

using namespace slipway;
using namespace slipway::hetzner;
using namespace std::chrono_literals;
using nlohmann::json;
using test::answer;
using test::hetzner_token;

namespace {

// Hetzner with two server types a page.
net::http_result pages(const net::http_request& request) {
    const std::string& target = request.target;
    const auto starts = [&target](const char* with) { return target.starts_with(with); };
    json out;
    if (starts("/v1/server_types")) {
        const bool first = target.ends_with("page=1");
        const json all = test::server_types();
        out["server_types"] = first ? json::array({all[0], all[1]}) : json::array({all[2]});
        out["meta"]["pagination"]["next_page"] = first ? json(2) : json();
    } else if (starts("/v1/locations")) {
        out["locations"] = test::locations();
    } else if (starts("/v1/images")) {
        out["images"] = test::images();
    } else if (starts("/v1/pricing")) {
        out["pricing"] = test::pricing();
    } else {
        return answer(404, "");
    }
    return answer(200, out.dump());
}

struct catalog_fixture {
    test::fake_clock clock;
    test::scratch_directory scratch;
    std::string file = catalog_file((scratch.path / "cache").string(), "https://localhost:443/v1", hetzner_token);
    std::shared_ptr<test::scripted_http> http = std::make_shared<test::scripted_http>(clock, pages);
    std::shared_ptr<api> project = std::make_shared<api>(http, "/v1", secret(hetzner_token), clock);

    catalog_result get(catalog_store& from, bool fresh = false) {
        const auto done = test::start(clock, from.get(fresh));
        clock.advance_until([&] { return done->ended; }, 1min);
        REQUIRE(done->ended);
        return std::move(*done->value);
    }
    std::string read() const {
        std::ostringstream out;
        out << std::ifstream(file).rdbuf();
        return out.str();
    }
};

}  // namespace

TEST_CASE("all pages of all lists are read, at the same time") {
    catalog_fixture f;
    f.http->latency = 100ms;
    catalog_store store(f.project, "");
    const auto began = f.clock.steady();
    const auto got = f.get(store);
    REQUIRE(got.has_value());
    CHECK((*got)->server_types.size() == 3);
    CHECK((*got)->locations.size() == 4);
    CHECK((*got)->images.size() == 5);
    CHECK(f.clock.steady() - began == 200ms);  // two pages of types, the rest beside them
    CHECK(f.http->lines() ==
          std::vector<std::string>{"GET /v1/server_types?per_page=50&page=1", "GET /v1/locations?per_page=50&page=1",
                                   "GET /v1/images?type=system&type=app&type=snapshot&status=available&per_page=50&page=1",
                                   "GET /v1/pricing", "GET /v1/server_types?per_page=50&page=2"});
}

TEST_CASE("for an hour it is not read again, unless that is wanted") {
    catalog_fixture f;
    catalog_store store(f.project, "");
    REQUIRE(f.get(store).has_value());
    f.clock.advance(59min);
    REQUIRE(f.get(store).has_value());
    CHECK(f.http->requests.size() == 5);
    REQUIRE(f.get(store, true).has_value());
    CHECK(f.http->requests.size() == 10);
    f.clock.advance(60min);
    REQUIRE(f.get(store).has_value());
    CHECK(f.http->requests.size() == 15);
}

TEST_CASE("who asks while it is being read waits for that") {
    catalog_fixture f;
    f.http->latency = 1s;
    catalog_store store(f.project, "");
    std::vector<std::shared_ptr<test::started<catalog_result>>> all;
    for (int i = 0; i < 10; ++i) all.push_back(test::start(f.clock, store.get(i == 5)));
    f.clock.advance(10s);
    for (const auto& one : all) CHECK((one->ended && one->value->has_value()));
    CHECK(f.http->requests.size() == 5);
}

TEST_CASE("a failure is everybody's answer, and not kept") {
    catalog_fixture f;
    f.http->latency = 1s;
    f.http->answer = [](const net::http_request& request) -> net::http_result {
        if (request.target == "/v1/pricing") return answer(401, R"({"error":{"code":"unauthorized"}})");
        return pages(request);
    };
    catalog_store store(f.project, f.file);
    const auto first = test::start(f.clock, store.get());
    const auto second = test::start(f.clock, store.get());
    f.clock.advance(5s);
    REQUIRE((first->ended && second->ended));
    CHECK(first->value->error().failure == cloud_failure::unauthorized);
    CHECK(second->value->error().failure == cloud_failure::unauthorized);
    CHECK(f.http->requests.size() == 5);
    CHECK_FALSE(std::filesystem::exists(f.file));
    f.http->answer = pages;
    CHECK(f.get(store).has_value());
}

TEST_CASE("a list without the list is a bad answer") {
    catalog_fixture f;
    const std::string which =
        GENERATE(as<std::string>{}, "/v1/server_types", "/v1/locations", "/v1/images", "/v1/pricing");
    const std::string body = GENERATE(as<std::string>{}, "{}", "", "[]");
    f.http->answer = [&](const net::http_request& request) -> net::http_result {
        if (request.target.starts_with(which)) return answer(200, body);
        return pages(request);
    };
    catalog_store store(f.project, "");
    CHECK(f.get(store).error().failure == cloud_failure::bad_answer);
}

TEST_CASE("where the one who reads is cancelled, the next one reads") {
    catalog_fixture f;
    f.http->latency = 1s;
    catalog_store store(f.project, "");
    boost::asio::cancellation_signal cancel;
    bool aborted = false;
    boost::asio::co_spawn(
        f.clock.loop, store.get(),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](std::exception_ptr broken, catalog_result) { aborted = broken != nullptr; }));
    f.clock.settle();
    const auto second = test::start(f.clock, store.get());
    cancel.emit(boost::asio::cancellation_type::terminal);
    f.clock.settle();
    CHECK(aborted);
    f.clock.advance(5s);
    REQUIRE(second->ended);
    CHECK(second->value->has_value());
}

TEST_CASE("the file saves the next command the requests, and holds no token") {
    catalog_fixture f;
    {
        catalog_store store(f.project, f.file);
        REQUIRE(f.get(store).has_value());
    }
    struct stat about {};
    REQUIRE(::stat(f.file.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    CHECK(f.file.find(hetzner_token.substr(0, 8)) == std::string::npos);
    const auto text = f.read();
    for (std::size_t i = 0; i + 12 <= hetzner_token.size(); ++i) CHECK(text.find(hetzner_token.substr(i, 12)) == std::string::npos);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(f.scratch.path / "cache")) {
        ++files;
        CHECK(entry.path() == f.file);
    }
    CHECK(files == 1);

    f.http->requests.clear();
    catalog_store next(f.project, f.file);
    const auto got = f.get(next);
    REQUIRE(got.has_value());
    CHECK(f.http->requests.empty());
    CHECK((*got)->server_types.size() == 3);
    CHECK((*got)->currency == "EUR");
}

TEST_CASE("a file that is old, from the future, damaged or somebody's link is not used") {
    catalog_fixture f;
    {
        catalog_store store(f.project, f.file);
        REQUIRE(f.get(store).has_value());
    }
    f.http->requests.clear();
    SECTION("old") {
        f.clock.advance(61min);
    }
    SECTION("from the future") {
        json document = json::parse(f.read());
        document["fetched_at"] = document["fetched_at"].get<std::int64_t>() + 1000;
        std::ofstream(f.file) << document.dump();
    }
    SECTION("cut off") {
        const auto text = f.read();
        std::ofstream(f.file) << text.substr(0, text.size() / 2);
    }
    SECTION("empty") {
        std::ofstream(f.file) << "";
    }
    SECTION("a link") {
        std::filesystem::rename(f.file, f.file + ".other");
        std::filesystem::create_symlink(f.file + ".other", f.file);
    }
    SECTION("a directory") {
        std::filesystem::remove(f.file);
        std::filesystem::create_directory(f.file);
    }
    catalog_store next(f.project, f.file);
    REQUIRE(f.get(next).has_value());
    CHECK(f.http->requests.size() == 5);
}

TEST_CASE("endpoint and token each have their own file") {
    const auto name = catalog_file("/cache", "https://a:443/v1", "token");
    CHECK(name.starts_with("/cache/catalog-"));
    CHECK(name.ends_with(".json"));
    CHECK(name == catalog_file("/cache", "https://a:443/v1", "token"));
    CHECK(name != catalog_file("/cache", "https://a:443/v1", "token2"));
    CHECK(name != catalog_file("/cache", "https://b:443/v1", "token"));
    CHECK(catalog_file("/cache", "ab", "c") != catalog_file("/cache", "a", "bc"));
    CHECK(catalog_file("", "https://a:443/v1", "token").empty());
}
