// slipway server list.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

struct server_list_verb final : verb {
    bool all = false;

    void take(option_list& options) override {
        options.add({.name = "--all", .help = "Also those that were deleted", .into = &all});
    }

    int run(invocation& in) override {
        if (no_database_yet(in)) return show(in, ordered_json::array(), timestamp{});
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return list(s); });
    }

private:
    awaitable<int> list(api_session& s) const {
        auto answer = co_await s.ask_all("/v1/vms", "vms");
        if (!answer.good()) co_return answer.code;
        ordered_json shown = ordered_json::array();
        for (ordered_json& vm : answer.document)
            if (all || text_of(vm, "state") != state_name("terminated")) shown.push_back(std::move(vm));
        co_return show(s.in(), shown, s.clock().now());
    }

    static int show(invocation& in, const ordered_json& vms, timestamp now) {
        if (in.typed.json)
            in.out.result(document_text(vms));
        else if (vms.empty())
            in.out.note("no VMs; create one with: slipway server create NAME");
        else
            in.out.result(vm_table(vms, now));
        return exit_done;
    }
};

}  // namespace

made_verb server_list() { return std::make_unique<server_list_verb>(); }

}  // namespace slipway::cli
