// Names of states that come from a log: any text is one of the table's, today's or a former one, or none. The input's
// lines are names, and its bytes are events too: a machine that is restored by its state's stored name after each event
// does what one does that never stopped.
#include "engine/machines/tables.hpp"
#include "subprojects/sml/tests/vm_table.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>

using slipway::fuzz::check;

namespace {

template <class Machine>
void find(std::string_view name) {
    const auto found = Machine::find(name);
    const auto& states = Machine::states;
    const bool known = std::find(states.begin(), states.end(), name) != states.end();
    if (known) check(found && Machine::name(*found) == name, "a state is found by its name", name);
    if (!found) return;
    check(found->index < states.size(), "what is found is a state", name);
    if (known) return;
    const auto& renamed = Machine::renamed;
    check(std::any_of(renamed.begin(), renamed.end(),
                      [&](const auto& was) { return was.old_name == name && was.new_name == Machine::name(*found); }),
          "what is no name of today is a former one", name);
}

sml::verdict step(vm_test::vm::state& s, vm_test::life& l, std::uint8_t byte) {
    using vm = vm_test::vm;
    const bool flag = (byte & 0x80) != 0;
    switch (byte % 6) {
        case 0:
            return vm::step(s, l, vm_test::key_created{byte});
        case 1:
            return vm::step(s, l, vm_test::server_created{byte});
        case 2:
            return vm::step(s, l, vm_test::ssh_ready{});
        case 3:
            return vm::step(s, l, vm_test::step_failed{flag});
        case 4:
            return vm::step(s, l, vm_test::cleaned_up{flag});
        default:
            return vm::step(s, l, vm_test::cancelled{});
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using vm = vm_test::vm;
    vm::state state, restored;
    vm_test::life life, again;
    for (std::size_t i = 0; i < size; ++i) {
        const auto v = step(state, life, data[i]), w = step(restored, again, data[i]);
        check(v.what == w.what && v.row == w.row && v.refused == w.refused, "a restored machine answers the same");
        if (!v.taken()) check(v.what == sml::outcome::guarded || v.row == -1, "what is not taken has no row");
        if (v.row >= 0) check(!vm::describe(v.row).empty(), "a row can be described");
        restored = vm::find(vm::name(restored)).value();
        check(restored == state && again == life, "a restored machine is where the other one is");
    }
    for (std::string_view rest = slipway::fuzz::text_of(data, size); !rest.empty();) {
        const std::string_view name = slipway::fuzz::take_until(rest, '\n');
        find<vm>(name);
        find<slipway::vm_machine>(name);
        find<slipway::contract_machine>(name);
        find<slipway::audit_machine>(name);
    }
    return 0;
}
