// slipway server delete: ends one VM, whatever state it is in, and waits until nothing of it is left.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/own_token.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

struct server_delete_verb final : verb {
    std::string vm;

    void take(option_list& options) override {
        options.add({.name = "VM", .help = "Name or id", .into = &vm, .required = true});
    }

    token_need token() const override { return token_need::asked; }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "VM " + vm);
        api_session finding(in, database_use::read);
        if (const int code = finding.run([&](api_session& s) { return find(s); }); code != exit_done) return code;
        if (!in.typed.yes && in.out.asks() && !in.out.confirm("Delete " + shown_ + " and everything on it?")) {
            in.out.note("nothing was deleted");
            return exit_failed;
        }
        if (const auto none = complain_of_no_token(in)) return *none;
        api_session deleting(in, database_use::work);
        return deleting.run([&](api_session& s) { return remove(s); });
    }

private:
    awaitable<int> find(api_session& s) {
        const auto answer = co_await s.ask("GET", api_path("vms", vm));
        if (!answer.good()) co_return answer.code;
        id_ = text_of(answer.document, "id");
        shown_ = text_of(answer.document, "name");
        const std::string server = text_of(answer.document, "server_id");
        if (!server.empty()) shown_ += " (server " + server + ")";
        co_return exit_done;
    }

    awaitable<int> remove(api_session& s) const {
        const bool skipped = co_await s.skip_history(id_);
        if (!skipped) co_return exit_unreachable;
        s.ordered("slipway server show " + id_);
        const auto answer = co_await s.ask("DELETE", api_path("vms", id_));
        if (!answer.good()) co_return answer.code;
        std::vector<std::string> streams(1, id_);
        const auto ended = co_await s.wait_for(std::move(streams));
        if (ended.code != 0) co_return ended.code;
        co_return report(s.in(), ended.views, [](const vm_state& state) { return state.in("terminated"); });
    }

    std::string id_;
    std::string shown_;  // to the person who is asked
};

}  // namespace

made_verb server_delete() { return std::make_unique<server_delete_verb>(); }

}  // namespace slipway::cli
