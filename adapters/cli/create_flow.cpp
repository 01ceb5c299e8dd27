// slipway server create from its beginning to its end: what is missing is asked for before anything is ordered, and
// what is to be done with the VM afterwards follows when it is in the user's hands.
#include "adapters/cli/auth_verbs.hpp"
#include "adapters/cli/kamal_step.hpp"
#include "adapters/cli/key_choice.hpp"
#include "adapters/cli/order.hpp"

namespace slipway::cli {

int create_flow(invocation& in, create_arguments args) {
    auto plan = plan_kamal(args.kamal);
    if (!plan) return complain(in.out, plan.error());
    if (const auto ended = choose_key(in, args)) return *ended;
    // Nobody pastes a token to hear then that the name is wrong.
    const auto spec = spec_of(args, in.settings, in.environment.text("HOME").value_or(""));
    if (!spec) return complain(in.out, spec.error());
    if (const auto ended = provide_token(in)) return *ended;
    if (!in.api && !in.settings.token)
        return complain(in.out,
                        make_error(error_kind::configuration,
                                   "there is no Hetzner token: set HCLOUD_TOKEN (Hetzner Console, your project, "
                                   "Security, API tokens, with read and write permission), or keep one with: "
                                   "slipway auth set"));
    in.reported.clear();
    const int code = in.api ? remote_create(in, args) : server_create(in, args);
    if (code != exit_done || args.dry_run || !args.wait) return code;
    return put_into_kamal(in, *plan, in.reported);
}

}  // namespace slipway::cli
