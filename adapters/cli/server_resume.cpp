// slipway server resume: goes on with everything that is unfinished in the log. Contracts too, where this machine is
// configured to provision them.
#include "adapters/cli/market_session.hpp"
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/session.hpp"
#include "adapters/composition/store.hpp"

namespace slipway::cli {

namespace {

int nothing_to_do(invocation& in) {
    in.out.note("nothing to resume: every VM is at rest");
    if (in.typed.json) in.out.result("[]\n");
    return exit_done;
}

boost::asio::awaitable<int> resume(session& s) {
    auto taken = co_await s.engine().resume();
    if (!taken) co_return complain(s.in().out, taken.error());
    if (taken->empty()) co_return nothing_to_do(s.in());
    auto vms = co_await s.settle(*taken);
    const auto held = std::erase_if(vms, [](const vm_view& vm) { return vm.state.kind() == contract_kind; });
    if (held > 0)
        s.in().out.note(std::to_string(held) + (held == 1 ? " contract waits" : " contracts wait") +
                        " for slipwayd; to go on with them here set HETZNER_PROVISIONING_ENABLED=true");
    if (vms.empty()) co_return nothing_to_do(s.in());
    co_return report(s.in(), vms, {"active", "terminated"});
}

// With the providers' tokens at hand.
boost::asio::awaitable<int> resume_market(market_session& s) {
    s.ordered("slipway contract list");
    auto taken = co_await s.embedded()->engine().resume();
    if (!taken) co_return complain(s.in().out, taken.error());
    if (taken->empty()) co_return nothing_to_do(s.in());
    std::vector<std::string> streams;
    for (const stream_id& stream : *taken) streams.push_back(stream.text);
    const auto rested = co_await s.rest(std::move(streams), true);
    if (rested.code != 0) co_return rested.code;
    co_return report(s.in(), rested.views, {"active", "terminated"});
}

}  // namespace

int server_resume(invocation& in) {
    if (in.api) {
        in.out.note("the daemon goes on with everything by itself");
        if (in.typed.json) in.out.result("[]\n");
        return exit_done;
    }
    if (!composition::store_exists(in.settings.database)) {
        in.out.note("nothing to resume: there is no database " + in.settings.database.name() + " yet");
        if (in.typed.json) in.out.result("[]\n");
        return exit_done;
    }
    const auto provisioning = in.environment.text("HETZNER_PROVISIONING_ENABLED");
    if (provisioning == "true" || provisioning == "1") return market_session(in).run(resume_market);
    session s(in);
    if (auto opened = s.open_hetzner(); !opened) return complain(in.out, opened.error());
    if (auto opened = s.open_engine(); !opened) return complain(in.out, opened.error());
    return s.run([](session& running) { return resume(running); });
}

}  // namespace slipway::cli
