// slipway server list.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

using boost::asio::awaitable;
using nlohmann::ordered_json;

// Nothing of it is left that somebody could use, or has to pay for.
struct ended_vms {
    int deleted = 0;
    int failed = 0;

    bool takes(const ordered_json& vm) {
        const std::string state = text_of(vm, "state");
        const bool gone = state == state_name("terminated");
        const bool cleaned_up = state == state_name("failed") && member_of(vm, "leaked").empty();
        deleted += gone ? 1 : 0;
        failed += cleaned_up ? 1 : 0;
        return gone || cleaned_up;
    }

    // Empty where there are none.
    std::string text() const {
        if (deleted + failed == 0) return {};
        std::string what = deleted > 0 ? fmt::format("{} deleted", deleted) : "";
        if (failed > 0) what += fmt::format("{}{} failed and cleaned up", what.empty() ? "" : ", ", failed);
        return what + ": slipway server list --all shows " + (deleted + failed == 1 ? "it" : "them") + " too";
    }
};

struct server_list_verb final : verb {
    bool all = false;

    void take(option_list& options) override {
        options.add({.name = "--all", .help = "Also those that were deleted, or failed and were cleaned up", .into = &all});
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
        ended_vms hidden;
        for (ordered_json& vm : answer.document)
            if (all || !hidden.takes(vm)) shown.push_back(std::move(vm));
        const int code = show(s.in(), shown, s.clock().now());
        if (const std::string text = hidden.text(); !text.empty()) s.in().out.note(text);
        co_return code;
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
