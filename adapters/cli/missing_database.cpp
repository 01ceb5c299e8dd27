#include "adapters/cli/missing_database.hpp"

#include "adapters/composition/store.hpp"

namespace slipway::cli {

bool no_database_yet(const invocation& in) {
    return !in.api && !composition::store_exists(in.settings.database);
}

bool database_can_be_read(const invocation& in) {
    if (in.api) return true;
    if (no_database_yet(in)) return false;
    const auto log = composition::open_reader(in.settings.database, composition::if_damaged::refuse);
    return log && (*log)->schema().found == (*log)->schema().newest;
}

int nothing_yet(invocation& in, const std::string& what) {
    if (in.typed.json) in.out.result("[]\n");
    in.out.note(what + ": there is no database " + in.settings.database.name() + " yet");
    return exit_done;
}

int not_there_yet(invocation& in, const std::string& what) {
    in.out.complain("there is no " + what + ": there is no database " + in.settings.database.name() +
                    " yet; name another with --db, or a daemon with --api");
    return exit_not_found;
}

}  // namespace slipway::cli
