// The states of the machines by name (tables.hpp). A name in code is a state_name: made of a literal while compiling,
// and only of one that a machine has, so that a misspelt state does not build. Names that come at run time, from logs
// and from people, are asked about with is_vm_state and is_audit_state. Pure; nothing allocates.
//
// The lists stand here so that not everybody who asks for a state compiles the tables; vm.cpp asserts that they are the
// tables' own.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway {

// A VM's, and a contract's, in the order of a life.
inline constexpr std::array<std::string_view, 11> vm_state_names{
    "accepted",    "key_created", "server_created", "ssh_ready",  "recipe_run",        "active",
    "cleaning_up", "failed",      "terminating",    "terminated", "termination_failed"};
inline constexpr std::array<std::string_view, 3> audit_state_names{"opened", "clean", "differs"};

constexpr bool is_vm_state(std::string_view name) {
    return std::find(vm_state_names.begin(), vm_state_names.end(), name) != vm_state_names.end();
}
constexpr bool is_audit_state(std::string_view name) {
    return std::find(audit_state_names.begin(), audit_state_names.end(), name) != audit_state_names.end();
}

class state_name {
public:
    template <std::size_t N>
    consteval state_name(const char (&literal)[N]) : text_(literal, N - 1) {
        if (!is_vm_state(text_) && !is_audit_state(text_)) no_machine_has_a_state_of_this_name();
    }
    constexpr std::string_view text() const { return text_; }
    friend constexpr bool operator==(std::string_view text, state_name name) { return text == name.text_; }

private:
    static void no_machine_has_a_state_of_this_name();  // cannot be called while compiling

    std::string_view text_;
};

}  // namespace slipway
