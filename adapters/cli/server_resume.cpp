// slipway server resume: goes on with everything that is unfinished in the log. Contracts too, where this machine is
// configured to provision them.
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/own_token.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

int nothing_to_do(invocation& in, const std::string& why) {
    in.out.note(why);
    if (in.typed.json) in.out.result("[]\n");
    return exit_done;
}

struct server_resume_verb final : verb {
    token_need token() const override { return token_need::asked; }

    int run(invocation& in) override {
        if (in.api) return nothing_to_do(in, "the daemon goes on with everything by itself");
        if (no_database_yet(in))
            return nothing_to_do(in, "nothing to resume: there is no database " + in.settings.database.name() + " yet");
        const auto provisioning = in.environment.text("HETZNER_PROVISIONING_ENABLED");
        contracts_too_ = provisioning == "true" || provisioning == "1";
        if (!contracts_too_)
            if (const auto none = complain_of_no_token(in)) return *none;
        api_session session(in, database_use::work);
        return session.run([&](api_session& s) { return resume(s); });
    }

private:
    awaitable<int> resume(api_session& s) const {
        s.ordered("slipway server list");
        auto taken = co_await s.embedded()->resume();
        if (!taken) co_return complain(s.in().out, taken.error());
        std::vector<std::string> streams;
        for (const stream_id& stream : *taken) streams.push_back(stream.text);
        auto rested = co_await s.wait_for(std::move(streams));
        if (rested.code != 0) co_return rested.code;
        if (!contracts_too_) leave_out_contracts(s.in(), rested.views);
        if (rested.views.empty()) co_return nothing_to_do(s.in(), "nothing to resume: every VM is at rest");
        co_return report(s.in(), rested.views,
                         [](const vm_state& state) { return state.in("active") || state.in("terminated"); });
    }

    static void leave_out_contracts(invocation& in, std::vector<vm_view>& views) {
        const auto held = std::erase_if(views, [](const vm_view& vm) { return vm.state.kind() == contract_kind; });
        if (held > 0)
            in.out.note(std::to_string(held) + (held == 1 ? " contract waits" : " contracts wait") +
                        " for slipwayd; to go on with them here set HETZNER_PROVISIONING_ENABLED=true");
    }

    bool contracts_too_ = false;
};

}  // namespace

made_verb server_resume() { return std::make_unique<server_resume_verb>(); }

}  // namespace slipway::cli
