#include "engine/machines/vm.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

#include <map>

namespace slipway::inspection {

namespace {

constexpr std::size_t largest_batch = 64;

struct chain_end {
    std::uint64_t version = 0;
    std::string kind, hash{first_previous_hash};
};

class importing {
public:
    importing(std::istream& in, log_importer& into, progress_line& progress) : in_(in), into_(into), progress_(progress) {}

    result<void> run() {
        if (auto done = take_header(); !done) return done;
        if (auto done = take_records(); !done) return done;
        if (in_.bad()) return make_error(error_kind::failed, "the input could not be read to its end.");
        if (seq_ != header_.events)
            return make_error(error_kind::corrupt, "the export ends after line " + std::to_string(line_) + ": it has " +
                                                       std::to_string(seq_) + " of " + std::to_string(header_.events) +
                                                       " events.");
        if (auto done = make_heads(); !done) return done;
        return into_.commit();
    }

    std::uint64_t events() const { return seq_; }
    std::size_t streams() const { return ends_.size(); }
    const std::string& install_id() const { return header_.install_id; }

private:
    static error wrong_line(std::uint64_t line, const std::string& what) {
        return make_error(error_kind::corrupt, "line " + std::to_string(line) + ": " + what + ".");
    }
    error wrong_line(const std::string& what) const { return wrong_line(line_, what); }

    bool next_line(std::string& text) {
        if (!std::getline(in_, text)) return false;
        ++line_;
        return true;
    }

    result<void> take_header() {
        std::string text;
        if (!next_line(text)) return make_error(error_kind::corrupt, "the input is empty.");
        auto header = export_format::read_header(text);
        if (!header) return wrong_line(header.error().message);
        header_ = *std::move(header);
        return into_.set_origin({header_.install_id, header_.created_at});
    }

    // Where a line is wrong, what came before it is still given to the store: the first culprit is named.
    result<void> take_records() {
        result<void> taken;
        for (std::string text; taken && next_line(text);) {
            taken = take(text);
            if (batch_.size() < largest_batch) continue;
            if (auto stored = store(); !stored) return stored;
        }
        if (auto stored = store(); !stored) return stored;
        return taken;
    }

    result<void> take(const std::string& text) {
        auto record = export_format::read_line(text);
        if (!record) return wrong_line(record.error().message);
        if (auto fits = check(*record); !fits) return fits;
        batch_.push_back(*std::move(record));
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
        progress_.at("records", seq_, header_.events);
        end.version = r.version;
        end.kind = r.kind;
        end.hash = r.hash;
        return {};
    }

    result<void> store() {
        const auto failed = into_.add(batch_);
        if (failed && failed->why.kind == error_kind::corrupt)
            return wrong_line(batch_[failed->at].seq + 1, failed->why.message);  // seqs have no gap, and the header is first
        if (failed) return failed->why;
        batch_.clear();
        return {};
    }

    // Heads are what the events make them. Each stream is replayed by itself, so that one is in memory at a time.
    result<void> make_heads() {
        std::uint64_t made = 0;
        for (const auto& [id, end] : ends_) {
            progress_.at("streams", ++made, ends_.size());
            const auto records = into_.read_stream({id});
            if (!records) return records.error();
            const auto state = replay(*records);
            if (!state) return make_error(error_kind::corrupt, state.error().message + ".");
            if (state->kind() != end.kind)
                return make_error(error_kind::corrupt, "stream " + printable(id) + " is of the kind \"" +
                                                           printable(end.kind) + "\", its first event of \"" +
                                                           std::string(state->kind()) + "\".");
            stream_head head = head_of(*state, {id});
            head.hash = end.hash;
            if (auto done = into_.put_head(head); !done) return done;
        }
        return {};
    }

    std::istream& in_;
    log_importer& into_;
    progress_line& progress_;
    export_format::header header_;
    std::uint64_t line_ = 0, seq_ = 0;
    std::vector<event_record> batch_;
    std::map<std::string, chain_end> ends_;
};

}  // namespace

int import_log(std::istream& in, std::ostream& out, std::ostream& complaints,
               result<std::unique_ptr<log_importer>> into, bool json, progress_line progress) {
    const auto nothing = [&](const error& why) {
        return complain(complaints, make_error(why.kind, why.message + " Nothing was imported."));
    };
    if (!into) return nothing(into.error());
    importing work(in, **into, progress);
    const auto done = work.run();
    progress.clear();
    if (!done) return nothing(done.error());
    if (json) {
        nlohmann::ordered_json line;
        line["imported"] = work.events();
        line["streams"] = work.streams();
        line["install_id"] = work.install_id();
        out << dump(line) << '\n';
    } else {
        out << work.events() << " events of " << work.streams() << " streams imported into " << (*into)->place() << '\n';
    }
    return exit_done;
}

}  // namespace slipway::inspection
