#include "engine/machines/vm.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tools/slipway-log/beside.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/details.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"
#include "tools/slipway-log/layout.hpp"

#include <future>
#include <map>
#include <optional>
#include <utility>

namespace slipway::inspection {

namespace {

constexpr std::size_t largest_batch = 2000;  // records that the store is given at once
constexpr std::size_t streams_at_once = 200;  // that are replayed while the store reads others

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

    struct batch {
        std::vector<event_record> records;
        result<void> read;  // why there are no more
        bool is_last = false;
    };

    // While the store takes a batch, the next one is read. Where a line is wrong, what came before it is still given to the
    // store: the first culprit is named.
    result<void> take_records() {
        batch current = read_batch({});
        for (std::vector<event_record> spare;;) {
            std::optional<beside<batch>> next;
            if (!current.is_last)
                next.emplace(std::packaged_task<batch()>(
                    [this, memory = std::move(spare)]() mutable { return read_batch(std::move(memory)); }));
            if (auto stored = store(current.records); !stored) return stored;
            if (current.is_last) return current.read;
            spare = std::move(current.records);
            current = next->wait();
        }
    }

    // `memory`: records that have been stored, to be written over.
    batch read_batch(std::vector<event_record> memory) {
        batch found;
        found.records = std::move(memory);
        found.records.resize(largest_batch);
        std::size_t count = 0;
        for (std::string text; count < largest_batch; ++count) {
            if (next_line(text)) found.read = take(text, found.records[count]);
            found.is_last = !in_ || !found.read;
            if (found.is_last) break;
        }
        found.records.resize(count);
        return found;
    }

    result<void> take(const std::string& text, event_record& into) {
        if (auto read = export_format::read_line(text, into); !read) return wrong_line(read.error().message);
        return check(into);
    }

    result<void> check(const event_record& r) {
        const auto where = [&r] {
            return "stream " + printable(r.stream.text) + ", version " + std::to_string(r.version) + ": ";
        };
        if (r.seq != seq_ + 1)
            return wrong_line("seq " + std::to_string(seq_ + 1) + " is missing, it has " + std::to_string(r.seq));
        chain_end& end = ends_[r.stream.text];
        if (r.version != end.version + 1)
            return wrong_line(where() + "version " + std::to_string(end.version + 1) + " is missing");
        if (end.version > 0 && r.kind != end.kind)
            return wrong_line(where() + "it is of another kind than the ones before");
        if (r.hash != chain_hash(end.hash, r)) return wrong_line(where() + "the hash does not fit: it was changed");
        seq_ = r.seq;
        progress_.at("records", seq_, header_.events);
        end.version = r.version;
        end.kind = r.kind;
        end.hash = r.hash;
        return {};
    }

    result<void> store(const std::vector<event_record>& records) {
        const auto failed = into_.add(records);
        if (failed && failed->why.kind == error_kind::corrupt)
            return wrong_line(records[failed->at].seq + 1, failed->why.message);  // seqs have no gap, and the header is first
        if (failed) return failed->why;
        return {};
    }

    using heads_made = result<std::vector<stream_head>>;
    using stream_end = std::pair<const std::string, chain_end>;
    struct stored_stream {
        const stream_end* of = nullptr;
        std::vector<event_record> records;
    };

    // Heads are what the events make them. Each stream is replayed by itself, so that few are in memory at a time.
    result<void> make_heads() {
        auto at = ends_.cbegin();
        auto current = read_streams(at);
        while (current && !current->empty()) {
            std::packaged_task<heads_made()> replay_all([these = *std::move(current)] { return heads_of(these); });
            beside<heads_made> replayed(std::move(replay_all));
            current = read_streams(at);
            const auto heads = replayed.wait();
            if (!heads) return heads.error();
            for (const stream_head& head : *heads)
                if (auto done = into_.put_head(head); !done) return done;
        }
        if (!current) return current.error();
        return {};
    }

    result<std::vector<stored_stream>> read_streams(std::map<std::string, chain_end>::const_iterator& at) {
        std::vector<stored_stream> found;
        for (; at != ends_.cend() && found.size() < streams_at_once; ++at) {
            progress_.at("streams", ++read_, ends_.size());
            auto records = into_.read_stream({at->first});
            if (!records) return records.error();
            found.push_back({&*at, *std::move(records)});
        }
        return found;
    }

    static heads_made heads_of(const std::vector<stored_stream>& streams) {
        std::vector<stream_head> heads;
        for (const auto& [of, records] : streams) {
            const auto& [id, end] = *of;
            const auto state = replay(records);
            if (!state) return make_error(error_kind::corrupt, state.error().message + ".");
            if (state->kind() != end.kind)
                return make_error(error_kind::corrupt, "stream " + printable(id) + " is of the kind \"" +
                                                           printable(end.kind) + "\", its first event of \"" +
                                                           std::string(state->kind()) + "\".");
            heads.push_back(head_of(*state, {id}));
            heads.back().hash = end.hash;
        }
        return heads;
    }

    std::istream& in_;
    log_importer& into_;
    progress_line& progress_;
    export_format::header header_;
    std::uint64_t line_ = 0, seq_ = 0, read_ = 0;
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
