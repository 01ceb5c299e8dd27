// slipway server resume: goes on with everything that is unfinished in the log.
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/session.hpp"

#include <filesystem>

namespace slipway::cli {

namespace {

boost::asio::awaitable<int> resume(session& s) {
    auto taken = co_await s.engine().resume();
    if (!taken) co_return complain(s.in().out, taken.error());
    if (taken->empty()) {
        s.in().out.note("nothing to resume: every VM is at rest");
        if (s.in().typed.json) s.in().out.result("[]\n");
        co_return exit_done;
    }
    const auto vms = co_await s.settle(*taken);
    co_return report(s.in(), vms, {"active", "terminated"});
}

}  // namespace

int server_resume(invocation& in) {
    if (!std::filesystem::exists(in.settings.database)) {
        in.out.note("nothing to resume: there is no database " + in.settings.database + " yet");
        if (in.typed.json) in.out.result("[]\n");
        return exit_done;
    }
    session s(in);
    if (auto opened = s.open_hetzner(); !opened) return complain(in.out, opened.error());
    if (auto opened = s.open_engine(); !opened) return complain(in.out, opened.error());
    return s.run([](session& running) { return resume(running); });
}

}  // namespace slipway::cli
