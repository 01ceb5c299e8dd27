// slipway server show.
#include "adapters/cli/answer_text.hpp"
#include "adapters/cli/api_session.hpp"
#include "adapters/cli/missing_database.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

using boost::asio::awaitable;

struct server_show_verb final : verb {
    std::string vm;

    void take(option_list& options) override {
        options.add({.name = "VM", .help = "Name or id", .into = &vm, .required = true});
    }

    int run(invocation& in) override {
        if (no_database_yet(in)) return not_there_yet(in, "VM " + vm);
        api_session session(in, database_use::read);
        return session.run([&](api_session& s) { return show(s); });
    }

private:
    awaitable<int> show(api_session& s) const {
        const auto answer = co_await s.ask("GET", api_path("vms", vm));
        if (!answer.good()) co_return answer.code;
        if (s.in().typed.json) {
            s.in().out.result(document_text(answer.document));
            co_return exit_done;
        }
        std::vector<std::string> streams(1, text_of(answer.document, "id"));
        const auto now = co_await s.read(std::move(streams));
        if (now.code != 0) co_return now.code;
        const auto story = co_await s.ask("GET", api_path("vms", vm) + "/story");
        if (story.good()) s.in().out.result(details_of(now.views.front()) + story_lines(story.document));
        co_return story.code;
    }
};

}  // namespace

made_verb server_show() { return std::make_unique<server_show_verb>(); }

}  // namespace slipway::cli
