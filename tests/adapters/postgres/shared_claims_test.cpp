// Many claim and release at once, which PostgreSQL does in shared statements: each has the answer to what it asked.
#include "tests/adapters/postgres/conformance.hpp"
#include "tests/support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace slipway;
using namespace slipway::test;

namespace {

// Asked for side by side, before any of them is answered.
template <class T>
std::vector<T> side_by_side(std::vector<boost::asio::awaitable<T>> all) {
    boost::asio::io_context loop(1);
    std::map<std::size_t, T> answers;
    for (std::size_t i = 0; i < all.size(); ++i)
        boost::asio::co_spawn(loop, std::move(all[i]), [&answers, i](std::exception_ptr thrown, T answer) {
            if (thrown) std::rethrow_exception(thrown);
            answers.emplace(i, std::move(answer));
        });
    loop.run();
    std::vector<T> in_order;
    for (auto& [i, answer] : answers) in_order.push_back(std::move(answer));
    return in_order;
}

using claimed = result<std::optional<lease>>;

}  // namespace

TEST_CASE("conformance: leases that are claimed and released at once are answered each, also two for one name") {
    store_under_test where(shared_store());
    INFO(name_of(where.kind));
    auto one = where.open(), two = where.open();
    std::vector<std::string> names;
    for (std::uint64_t n = 1; n <= 40; ++n) {
        REQUIRE(append(one, opening(n)));
        names.push_back(stream_number(n).text);
        names.push_back("key " + std::to_string(n));
    }
    names.push_back("key 7");
    const std::string of_another = names[10];
    REQUIRE(wait_for(two.leases->claim(of_another)).value());

    std::vector<boost::asio::awaitable<claimed>> asked;
    for (const std::string& name : names) asked.push_back(one.leases->claim(name));
    const auto answers = side_by_side(std::move(asked));
    REQUIRE(answers.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        REQUIRE(answers[i]);
        CHECK(answers[i]->has_value() == (names[i] != of_another));
        if (!*answers[i]) continue;
        CHECK((*answers[i])->name == names[i]);
        CHECK((*answers[i])->epoch == 1);
        CHECK_FALSE(wait_for(two.leases->claim(names[i])).value());
    }
    std::vector<boost::asio::awaitable<result<void>>> released;
    for (std::size_t i = 1; i < names.size(); i += 2) released.push_back(one.leases->release({**answers[i]}));
    for (const auto& done : side_by_side(std::move(released))) CHECK(done);
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        INFO(names[i]);
        const bool is_free = i % 2 == 1 || names[i] == of_another;
        CHECK(wait_for(two.leases->claim(names[i])).value().has_value() == is_free);
    }
}
