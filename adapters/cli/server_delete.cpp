// slipway server delete: ends one VM, whatever state it is in, and waits until nothing of it is left.
#include "adapters/cli/outcome.hpp"
#include "adapters/cli/reading.hpp"
#include "adapters/cli/session.hpp"

namespace slipway::cli {

namespace {

boost::asio::awaitable<int> remove(session& s, stream_id stream) {
    submission order;
    order.command = end_vm{"deleted by its owner"};
    order.stream = stream;
    order.actor = actor_name();
    auto accepted = co_await s.engine().submit(std::move(order));
    if (!accepted) co_return complain(s.in().out, accepted.error());
    std::vector<stream_id> streams(1, stream);
    const auto vms = co_await s.settle(std::move(streams));
    co_return report(s.in(), vms, {"terminated"});
}

}  // namespace

int server_delete(invocation& in, const delete_arguments& args) {
    auto vms = read_vms(in.settings.database);
    if (!vms) return complain(in.out, vms.error());
    auto vm = find_vm(*vms, args.vm);
    if (!vm) return complain(in.out, vm.error());
    const spine& d = vm->state.data;
    if (!in.typed.yes && in.out.asks()) {
        const std::string what = d.server ? d.server->name + " (server " + std::to_string(d.server->id) + ")" : d.spec.name;
        if (!in.out.confirm("Delete " + what + " and everything on it?")) {
            in.out.note("nothing was deleted");
            return exit_failed;
        }
    }
    session s(in);
    if (auto opened = s.open_hetzner(); !opened) return complain(in.out, opened.error());
    if (auto opened = s.open_engine(); !opened) return complain(in.out, opened.error());
    return s.run([stream = vm->stream](session& running) { return remove(running, stream); });
}

}  // namespace slipway::cli
