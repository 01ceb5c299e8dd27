// A Catch2 reporter that prints one TAP line per test case, so that meson counts test cases; what failed follows in '#'
// lines. Catch2's own TAP reporter counts assertions. A warning that begins with "skipped: " makes it a skipped one: see
// tests/support/catch.hpp. Works with Catch2 2 and 3.
#if __has_include(<catch2/catch_all.hpp>)
#define SLIPWAY_CATCH3 1
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <catch2/reporters/catch_reporter_streaming_base.hpp>
#else
#define SLIPWAY_CATCH3 0
#define CATCH_CONFIG_ENABLE_BENCHMARKING
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#endif

#include <sstream>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view skip_mark = "skipped: ";

std::string escaped(std::string name) {
    for (char& c : name)
        if (c == '#') c = '-';  // '#' starts a TAP directive
    return name;
}

std::string describe(const Catch::AssertionStats& stats) {
    const auto& result = stats.assertionResult;
    std::ostringstream text;
    text << result.getSourceInfo().file << ':' << result.getSourceInfo().line << ": " << result.getExpression()
         << "  with expansion: " << result.getExpandedExpression();
    if (result.hasMessage()) text << "  message: " << std::string(result.getMessage().data(), result.getMessage().size());
    for (const auto& info : stats.infoMessages) text << "\n  info: " << info.message;
    return text.str();
}

#if SLIPWAY_CATCH3
using base = Catch::StreamingReporterBase;
class tap_case_reporter final : public base {
public:
    using base::base;
    void assertionEnded(const Catch::AssertionStats& stats) override { note(stats); }
    void testCaseEnded(const Catch::TestCaseStats& stats) override { line(m_stream, stats, stats.testInfo->name); }
    void testRunEnded(const Catch::TestRunStats& stats) override { plan(m_stream, stats); }
#else
class tap_case_reporter final : public Catch::StreamingReporterBase<tap_case_reporter> {
public:
    explicit tap_case_reporter(const Catch::ReporterConfig& config) : StreamingReporterBase(config) {}
    void assertionStarting(const Catch::AssertionInfo&) override {}
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        note(stats);
        return true;
    }
    void testCaseEnded(const Catch::TestCaseStats& stats) override { line(stream, stats, stats.testInfo.name); }
    void testRunEnded(const Catch::TestRunStats& stats) override { plan(stream, stats); }
#endif
    static std::string getDescription() { return "one TAP line per test case"; }

private:
    void note(const Catch::AssertionStats& stats) {
        const auto& said = stats.assertionResult.getMessage();
        const std::string_view message(said.data(), said.size());
        if (message.substr(0, skip_mark.size()) == skip_mark) skip_ = message.substr(skip_mark.size());
        if (stats.assertionResult.isOk()) return;
        std::istringstream lines(describe(stats));
        for (std::string text; std::getline(lines, text);) notes_ += "# " + text + "\n";
    }
    void line(std::ostream& out, const Catch::TestCaseStats& stats, const std::string& name) {
        out << (stats.totals.assertions.allOk() ? "ok " : "not ok ") << ++count_ << " - " << escaped(name)
            << (skip_.empty() ? "" : " # SKIP " + escaped(skip_)) << "\n"
            << notes_ << std::flush;
        notes_.clear();
        skip_.clear();
    }
    void plan(std::ostream& out, const Catch::TestRunStats& stats) {
        out << "1.." << count_ << "\n# " << stats.totals.assertions.total() << " assertions\n" << std::flush;
    }

    int count_ = 0;
    std::string notes_;
    std::string skip_;
};

CATCH_REGISTER_REPORTER("tapcase", tap_case_reporter)

}  // namespace
