#include "engine/model/record_line.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/layout.hpp"

namespace slipway::inspection {

namespace {

std::string meta(context& on, const std::string& key) {
    std::string value;
    (void)on.log.on().query("SELECT value FROM meta WHERE key = ?1", {key},
                            [&](const sqlite::statement& row) { value = row.text(0); });
    return value;
}

std::string header(context& on) {
    std::uint64_t count = 0;
    (void)on.log.on().query("SELECT count(*) FROM events", {},
                            [&](const sqlite::statement& row) { count = static_cast<std::uint64_t>(row.number(0)); });
    nlohmann::ordered_json line;
    line[export_format::marker] = export_format::version;
    line["install_id"] = on.log.install_id();
    line["created_at"] = meta(on, "created_at");
    line["events"] = count;
    return dump(line);
}

}  // namespace

int export_log(context& on) {
    const sqlite::reader::snapshot together(on.log);
    int code = exit_done;
    const auto missing = [&](const std::string& what) {
        on.complaints << printable(what) << '\n';
        code = exit_failed;
    };
    on.out << header(on) << '\n';
    log_walk walk(on.log);
    while (on.out) {
        const auto records = walk.next();
        if (walk.lost()) missing(walk.lost()->sentence());
        if (records.empty()) break;
        for (const event_record& r : records) {
            const std::string line = export_format::line_of(r);
            if (const auto same = export_format::read_line(line); !same || hash_input(*same) != hash_input(r))
                missing("the record at seq " + std::to_string(r.seq) +
                        " holds what JSON cannot: an import will refuse it. Run slipway-log verify.");
            if (!(on.out << line << '\n')) break;
        }
    }
    return code;
}

}  // namespace slipway::inspection
