#include "engine/model/effect.hpp"

namespace slipway {

namespace {

template <std::size_t... I>
consteval bool each_step_has_its_effect(std::index_sequence<I...>) {
    return sizeof...(I) == step_table.size() &&
           ((std::variant_alternative_t<I, effect>::step == static_cast<step>(I)) && ...);
}
static_assert(each_step_has_its_effect(std::make_index_sequence<std::variant_size_v<effect>>{}),
              "each step has its effect, in the order of the enum");

}  // namespace

step step_of(const effect& e) {
    return std::visit([]<class E>(const E&) { return E::step; }, e);
}

std::chrono::milliseconds limit_of(const effect& e) {
    const auto limit = []<class E>(const E& want) -> std::chrono::milliseconds {
        constexpr step_properties known = properties_of(E::step);
        constexpr std::chrono::seconds seconds{known.seconds};
        static_assert((known.deadlines > 0) == requires { want.deadline; },
                      "a step's row says whether its effect has a deadline");
        if constexpr (requires { want.deadline; })
            return known.deadlines * want.deadline + seconds;
        else
            return seconds;
    };
    return std::visit(limit, e);
}

}  // namespace slipway
