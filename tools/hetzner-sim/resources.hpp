// The routes of one project, by kind of resource: what each does to the world and what it answers. Called by `service`
// when the request is authorized, counted and not eaten by a fault. Pure.
#pragma once

#include "tools/hetzner-sim/injected_faults.hpp"
#include "tools/hetzner-sim/project.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::sim {

// What every route gets.
struct context {
    world& cloud;
    project& mine;
    fault_set& faults;
    const request& asked;
    std::int64_t now = 0;  // ms since the epoch
};

// /servers/…: `rest` is what follows "/servers", for example "/42/actions/poweron".
std::optional<reply> serve_servers(context& c, const std::string& rest);
std::optional<reply> serve_ssh_keys(context& c, const std::string& rest);
std::optional<reply> serve_networks(context& c, const std::string& rest);
std::optional<reply> serve_firewalls(context& c, const std::string& rest);
std::optional<reply> serve_actions(context& c, const std::string& rest);
// Locations, server types, images, prices, and lists that are always empty.
std::optional<reply> serve_catalog(context& c, const std::string& path);

// POST /servers; also what a late creation does when its time has come.
reply create_server(context& c, const json& body);

// The server disappears: `vanish` faults that fit are carried out on every server that exists.
void let_vanish(world& cloud, fault_set& faults, std::int64_t now);

// "/42" → 42; nothing where it is not an id, or more follows.
std::optional<std::int64_t> id_of(const std::string& rest);
// The request's body as a JSON object, or 400 json_error.
std::optional<reply> read_body(const request& r, json& into);
// Applies {"name", "labels"} of a PUT to a resource; a failure where they are not allowed.
std::optional<reply> rename(const std::map<std::int64_t, json>& others, json& resource, const json& body);

}  // namespace slipway::sim
