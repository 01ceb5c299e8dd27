#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/log_walk.hpp"
#include "tools/slipway-log/layout.hpp"

namespace slipway::inspection {

namespace {

std::string header(context& on) {
    const auto count = on.log.event_count();
    nlohmann::ordered_json line;
    line[export_format::marker] = export_format::version;
    line["install_id"] = on.log.install_id();
    line["created_at"] = on.log.created_at();
    line["events"] = count ? *count : 0;
    return dump(line);
}

}  // namespace

int export_log(context& on) {
    const log_reader::snapshot together(on.log);
    int code = exit_done;
    const auto missing = [&](const std::string& what) {
        on.progress.clear();
        on.complaints << printable(what) << '\n';
        code = exit_failed;
    };
    on.out << header(on) << '\n';
    std::uint64_t numbered = 0;
    std::string line;
    const auto all = on.progress.shown() ? on.log.event_count() : result<std::uint64_t>(0);
    const auto write = [&](event_record& r) {
        on.progress.at("records", ++numbered, all ? *all : 0);
        if (!on.log.has_every_seq()) r.seq = numbered;  // an export has no gaps, and no hash covers a seq
        line.clear();
        if (!export_format::append_line(line, r))
            missing("the record at seq " + std::to_string(r.seq) +
                    " holds what JSON cannot: an import will refuse it. Run slipway-log verify.");
        return static_cast<bool>(on.out << line);
    };
    log_walk(on.log).on(write, [&](const unreadable& lost) { missing(lost.sentence()); });
    return code;
}

}  // namespace slipway::inspection
