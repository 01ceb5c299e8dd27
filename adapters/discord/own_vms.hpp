// The VMs that somebody may see and delete: his own; for the application's owner all that were requested directly, by
// whomever. Called on the loop's thread; failures are the service's.
#pragma once

#include "adapters/discord/interaction.hpp"
#include "engine/service/service.hpp"

#include <string>
#include <vector>

namespace slipway::discord {

// Of a stream's events, whose last ones are wanted.
inline constexpr std::size_t whole_stream = 1'000'000;

// Who a person is in the log: "discord:80351110224678912".
std::string actor_of(const person& who);
service::origin origin_of(const person& who);

// Why the service said no, for people: its sentence, and each wrong field's.
std::string words_of(const service::failure& why);

// Those that have not ended, the latest first.
service::answering<std::vector<service::stream_view>> live_vms(service::operations& service, person who, bool everybodys);

// By name, whatever its letters' case, by slipway's id or Hetzner's: one that has not ended, else the latest.
// error_kind::not_found where there is none that he may see.
service::answering<service::stream_view> find_vm(service::operations& service, person who, bool everybodys,
                                                 std::string name_or_id);

}  // namespace slipway::discord
