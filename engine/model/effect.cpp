#include "engine/model/effect.hpp"

namespace slipway {

namespace {

struct step_of_effect {
    step operator()(const register_key_effect&) const { return step::register_key; }
    step operator()(const create_server_effect&) const { return step::create_server; }
    step operator()(const reach_ssh_effect&) const { return step::reach_ssh; }
    step operator()(const run_recipe_effect&) const { return step::run_recipe; }
    step operator()(const prepare_host_keys_effect&) const { return step::prepare_host_keys; }
    step operator()(const hand_over_effect&) const { return step::hand_over; }
    step operator()(const delete_server_effect&) const { return step::delete_server; }
    step operator()(const release_key_effect&) const { return step::release_key; }
};

}  // namespace

step step_of(const effect& e) { return std::visit(step_of_effect{}, e); }

}  // namespace slipway
