// slipway completion: works where nothing else does.
#include "adapters/cli/completion.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verbs.hpp"

namespace slipway::cli {

namespace {

struct completion_verb final : verb {
    std::string shell;

    groundwork before() const override { return groundwork::nothing; }

    void take(option_list& options) override {
        options.add({.name = "SHELL",
                     .help = "bash, zsh or fish",
                     .into = &shell,
                     .required = true,
                     .one_of = {"bash", "zsh", "fish"}});
    }

    int run(invocation& in) override {
        in.out.result(completion_script(shell));
        return exit_done;
    }
};

}  // namespace

made_verb shell_completion() { return std::make_unique<completion_verb>(); }

}  // namespace slipway::cli
