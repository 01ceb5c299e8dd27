#include "adapters/sqlite/writer.hpp"
#include "engine/machines/vm.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>

namespace slipway::inspection {

namespace {

using sqlite::connection;
using sqlite::statement;

struct chain_end {
    std::uint64_t version = 0;
    std::string kind, hash{first_previous_hash};
};

// Works inside the one transaction that makes the new log.
class importing {
public:
    importing(std::istream& in, connection& into) : in_(in), into_(into) {}

    result<void> run() {
        if (auto empty = refuse_events(); !empty) return empty;
        if (auto done = take_header(); !done) return done;
        if (auto done = take_records(); !done) return done;
        if (in_.bad()) return make_error(error_kind::failed, "the input could not be read to its end.");
        if (events_ != header_.events)
            return make_error(error_kind::corrupt, "the export ends after line " + std::to_string(line_) + ": it has " +
                                                       std::to_string(events_) + " of " +
                                                       std::to_string(header_.events) + " events.");
        if (auto done = make_heads(); !done) return done;
        // Whoever is to be told of these events was told by the log that they come from.
        return into_.run("UPDATE outbox_position SET seq = ?1", {static_cast<std::int64_t>(seq_)});
    }

    std::uint64_t events() const { return events_; }
    std::size_t streams() const { return ends_.size(); }
    const std::string& install_id() const { return header_.install_id; }

private:
    error wrong_line(const std::string& what) const {
        return make_error(error_kind::corrupt, "line " + std::to_string(line_) + ": " + what + ".");
    }

    bool next_line(std::string& text) {
        if (!std::getline(in_, text)) return false;
        ++line_;
        return true;
    }

    result<void> refuse_events() {
        const auto there = into_.number("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM providers)");
        if (!there) return there.error();
        if (*there == 0) return {};
        return make_error(error_kind::refused, "the event log " + into_.path() +
                                                   " is in use already. An export can only be imported into a new "
                                                   "one: name another place with --db.");
    }

    result<void> take_header() {
        std::string text;
        if (!next_line(text)) return make_error(error_kind::corrupt, "the input is empty.");
        auto header = export_format::read_header(text);
        if (!header) return wrong_line(header.error().message);
        header_ = *std::move(header);
        for (const auto& [key, value] :
             {std::pair{"install_id", header_.install_id}, {"created_at", header_.created_at}})
            if (auto done = into_.run("UPDATE meta SET value = ?2 WHERE key = ?1", {std::string(key), value}); !done)
                return done;
        return {};
    }

    result<void> take_records() {
        auto insert = statement::prepare(into_, std::string("INSERT INTO events (") + sqlite::record_columns +
                                                    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        if (!insert) return insert.error();
        for (std::string text; next_line(text);) {
            const auto record = export_format::read_line(text);
            if (!record) return wrong_line(record.error().message);
            if (auto fits = check(*record); !fits) return fits;
            if (auto stored = store(*insert, *record); !stored) return stored;
            ++events_;
        }
        return {};
    }

    result<void> check(const event_record& r) {
        const std::string where =
            "stream " + printable(r.stream.text) + ", version " + std::to_string(r.version) + ": ";
        if (r.seq != seq_ + 1)
            return wrong_line("seq " + std::to_string(seq_ + 1) + " is missing, it has " + std::to_string(r.seq));
        chain_end& end = ends_[r.stream.text];
        if (r.version != end.version + 1)
            return wrong_line(where + "version " + std::to_string(end.version + 1) + " is missing");
        if (end.version > 0 && r.kind != end.kind)
            return wrong_line(where + "it is of another kind than the ones before");
        if (r.hash != chain_hash(end.hash, r)) return wrong_line(where + "the hash does not fit: it was changed");
        seq_ = r.seq;
        end.version = r.version;
        end.kind = r.kind;
        end.hash = r.hash;
        return {};
    }

    result<void> store(statement& insert, const event_record& r) {
        const sqlite::scoped_reset end(insert);
        insert.bind(1, static_cast<std::int64_t>(r.seq));
        insert.bind(2, r.stream.text);
        insert.bind(3, r.kind);
        insert.bind(4, static_cast<std::int64_t>(r.version));
        insert.bind(5, r.type);
        insert.bind(6, std::int64_t{r.schema_version});
        insert.bind(7, r.event_id);
        insert.bind(8, r.at.ms);
        insert.bind(9, r.actor);
        insert.bind(10, r.command_id);
        insert.bind(11, r.data);
        insert.bind(12, r.hash);
        const int code = insert.step();
        if (code == SQLITE_DONE) return {};
        if ((code & 0xff) == SQLITE_CONSTRAINT)
            return wrong_line(std::string("the log does not take it: ") + sqlite3_errmsg(into_.raw()));
        return into_.failure(code, "cannot be written", error_kind::storage);
    }

    // Heads are what the events make them. Each stream is replayed by itself, so that one is in memory at a time.
    result<void> make_heads() {
        auto select = statement::prepare(
            into_, std::string("SELECT ") + sqlite::record_columns + " FROM events WHERE stream = ?1 ORDER BY version");
        if (!select) return select.error();
        for (const auto& [id, end] : ends_) {
            std::vector<event_record> records;
            select->bind(1, id);
            int code = SQLITE_ROW;
            while ((code = select->step()) == SQLITE_ROW) records.push_back(sqlite::read_record(*select));
            select->reset();
            if (code != SQLITE_DONE) return into_.failure(code, "cannot be read", error_kind::storage);
            const auto state = replay(records);
            if (!state) return make_error(error_kind::corrupt, state.error().message + ".");
            if (state->kind() != end.kind)
                return make_error(error_kind::corrupt, "stream " + printable(id) + " is of the kind \"" +
                                                           printable(end.kind) + "\", its first event of \"" +
                                                           std::string(state->kind()) + "\".");
            if (auto done = store_head(head_of(*state, {id}), end.hash); !done) return done;
        }
        return {};
    }

    result<void> store_head(const stream_head& h, const std::string& hash) {
        if (auto done = into_.run(
                "INSERT INTO streams (stream, kind, state, version, owner, name, provider, "
                "key_fingerprint, at_rest, ended, definition, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                "?7, ?8, ?9, ?10, ?11, ?12)",
                {h.stream.text, h.kind, h.state, static_cast<std::int64_t>(h.version), h.owner, h.name, h.provider,
                 h.key_fingerprint, std::int64_t{h.at_rest}, std::int64_t{h.ended}, h.definition, hash});
            !done)
            return done;
        if (!h.due_at) return {};
        return into_.run("UPDATE streams SET due_at = ?2 WHERE stream = ?1", {h.stream.text, h.due_at->ms});
    }

    std::istream& in_;
    connection& into_;
    export_format::header header_;
    std::uint64_t line_ = 0, seq_ = 0, events_ = 0;
    std::map<std::string, chain_end> ends_;
};

void remove_log(const std::string& path) {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) unlink((path + suffix).c_str());
}

}  // namespace

int import_log(std::istream& in, std::ostream& out, std::ostream& complaints, const import_options& options) {
    std::error_code ignored;
    const bool existed = std::filesystem::exists(options.path, ignored);
    nlohmann::ordered_json line;
    result<void> done;
    {
        auto log = sqlite::writer::open({options.path, "slipway-log import", options.create_directory});
        if (!log) return complain(complaints, log.error());
        done = log->transact([&](connection& into) -> result<void> {
            importing work(in, into);
            if (auto ran = work.run(); !ran) return ran;
            line["imported"] = work.events();
            line["streams"] = work.streams();
            line["install_id"] = work.install_id();
            return {};
        });
    }
    if (!done) {
        if (!existed) remove_log(options.path);
        return complain(complaints, make_error(done.error().kind, done.error().message + " Nothing was imported."));
    }
    if (options.json)
        out << dump(line) << '\n';
    else
        out << line["imported"] << " events of " << line["streams"] << " streams imported into " << options.path
            << '\n';
    return exit_done;
}

}  // namespace slipway::inspection
