// slipway docs: the reference where the program is. Works where nothing else does.
#include "adapters/cli/docs_topics.hpp"
#include "adapters/cli/invocation.hpp"
#include "adapters/cli/verbs.hpp"

#include <fmt/format.h>

namespace slipway::cli {

namespace {

struct docs_verb final : verb {
    std::string wanted;  // empty: which topics there are

    groundwork before() const override { return groundwork::nothing; }

    void take(option_list& options) override {
        std::vector<std::string> names;
        for (const docs_topic& topic : docs_topics()) names.emplace_back(topic.name);
        options.add({.name = "TOPIC",
                     .help = "What about (without it: a list of the topics)",
                     .into = &wanted,
                     .one_of = std::move(names)});
    }

    int run(invocation& in) override {
        std::string text;
        for (const docs_topic& topic : docs_topics())
            if (topic.name == wanted)
                text = topic.text;
            else if (wanted.empty())
                text += fmt::format("{:<14} {}\n", topic.name, topic.title);
        in.out.result(text);
        return exit_done;
    }
};

}  // namespace

made_verb docs() { return std::make_unique<docs_verb>(); }

}  // namespace slipway::cli
