// A run of operations that chance draws: what was drawn where, how often what was seen, and what must be equal.
#pragma once

#include "tests/adapters/postgres/store_texts.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace slipway::test {

class drawn_run {
public:
    explicit drawn_run(std::uint64_t seed) : seed_(seed), chance_(seed) {}

    const std::map<std::string, std::uint64_t>& seen() const { return seen_; }

protected:
    void begin_step() { ++step_; }
    std::uint64_t step() const { return step_; }

    std::uint64_t below(std::uint64_t n) { return chance_() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    void note(const std::string& what) { ++seen_[what]; }

    std::string where(const std::string& what) const {
        return what + ", step " + std::to_string(step_) + " of seed " + std::to_string(seed_);
    }
    template <class A, class B>
    void compare2(const std::string& what, const A& a, const B& b) {
        if (text_of(a) == text_of(b)) return;
        INFO(where(what));
        REQUIRE(text_of(a) == text_of(b));
    }
    template <class A, class B, class C>
    void compare(const std::string& what, const A& lite, const B& shared, const C& model) {
        compare2(what + " (SQLite, PostgreSQL)", lite, shared);
        compare2(what + " (PostgreSQL, simulated)", shared, model);
    }

private:
    std::uint64_t seed_, step_ = 0;
    std::mt19937_64 chance_;
    std::map<std::string, std::uint64_t> seen_;
};

}  // namespace slipway::test
