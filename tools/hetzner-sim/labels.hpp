// Labels and label selectors as Hetzner's API description defines them: which labels are allowed (engine/base/label.hpp),
// and which resources a selector such as "env=prod,tier in (a,b),!old" picks. Pure.
#pragma once

#include "tools/hetzner-sim/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::sim {

// Nothing where `labels` is an object of valid strings, else what is wrong with it.
std::optional<std::string> label_problem(const json& labels);

class label_selector {
public:
    // No selector where the text is not one.
    static std::optional<label_selector> parse(std::string_view text);

    bool matches(const json& labels) const;

private:
    enum class test { exists, missing, one_of, none_of };
    struct term {
        std::string key;
        test what = test::exists;
        std::vector<std::string> values;
    };

    static std::optional<term> parse_term(std::string_view text);

    std::vector<term> terms_;  // all must hold
};

}  // namespace slipway::sim
