// An exported log, as slipway-log import reads it. The input is imported as it is, and once more with all that can be
// put right about its lines: seqs, versions and hashes, so that it gets as far as its events. What is imported is
// exported the same; what is not leaves nothing behind.
#include "adapters/composition/store.hpp"
#include "adapters/sqlite/reader.hpp"
#include "adapters/sqlite/writer.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tests/fuzz/check.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/inspection.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

using namespace slipway;
using fuzz::check;
namespace fs = std::filesystem;
namespace format = inspection::export_format;

namespace {

// A log without events, made once: a copy of it costs less than its making. In memory where the system has room there.
class empty_log {
public:
    empty_log() {
        const fs::path shared = "/dev/shm";
        std::error_code ignored;
        const fs::path above = fs::is_directory(shared, ignored) ? shared : fs::temp_directory_path();
        directory_ = above / ("slipway-fuzz-import-" + std::to_string(getpid()));
        fs::create_directory(directory_);
        check(sqlite::writer::open({(directory_ / "empty.db").string(), "fuzz", false}).has_value(), "a log is made");
    }
    ~empty_log() {
        std::error_code ignored;
        fs::remove_all(directory_, ignored);
    }
    std::string copy() const {
        const fs::path path = directory_ / "log.db";
        for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path.string() + suffix);
        fs::copy_file(directory_ / "empty.db", path);
        return path.string();
    }

private:
    fs::path directory_;
};

std::string exported(const std::string& path) {
    auto log = sqlite::reader::open(path);
    check(log.has_value(), "an imported log can be opened");
    std::ostringstream out, complaints;
    inspection::context on{*log, out, complaints};
    check(inspection::export_log(on) == 0, "what was imported can be exported", complaints.str());
    std::ostringstream verified;
    inspection::context again{*log, verified, complaints};
    check(inspection::verify(again) == 0, "what was imported is whole", verified.str());
    return out.str();
}

// True where it was imported.
bool import(const std::string& text, const std::string& path) {
    std::istringstream in(text);
    std::ostringstream out, complaints;
    const int code = inspection::import_log(in, out, complaints, composition::open_importer({path, false}), false);
    const std::string said = complaints.str();
    if (code == 0) {
        check(said.empty(), "what is imported is imported without a complaint", said);
        return true;
    }
    check(said.ends_with(" Nothing was imported.\n"), "it is said that nothing was imported", said);
    check(std::none_of(said.begin(), said.end() - 1, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
          "what is said is one line for a terminal", said);
    auto log = sqlite::reader::open(path);
    check(log && log->last_seq().value() == 0, "what is refused leaves nothing behind");
    return false;
}

void reads_the_same(const event_record& record, std::string_view line) {
    const std::string written = format::line_of(record);
    const auto again = format::read_line(written);
    check(again && hash_input(*again) == hash_input(record), "a record that was written is the same", line);
    std::string appended;
    check(format::append_line(appended, record), "a record that was read can be written", line);
    const auto plain = format::read_line(std::string_view(appended).substr(0, appended.size() - 1));
    check(plain && hash_input(*plain) == hash_input(record) && plain->seq == record.seq && plain->hash == record.hash,
          "a record that was exported is the same", line);
}

// Its lines, as far as they are a record's, with everything about them right but their events.
std::string put_right(std::string_view text, int& records) {
    auto head = format::read_header(fuzz::take_until(text, '\n'));
    struct end {
        std::uint64_t version = 0;
        std::string hash{first_previous_hash};
    };
    std::map<std::string, end> ends;
    std::string lines;
    while (!text.empty() && records < 64) {
        const std::string_view line = fuzz::take_until(text, '\n');
        auto record = format::read_line(line);
        if (!record) continue;
        reads_the_same(*record, line);
        end& last = ends[record->stream.text];
        record->seq = static_cast<std::uint64_t>(++records);
        record->version = ++last.version;
        record->hash = last.hash = chain_hash(last.hash, *record);
        lines += format::line_of(*record) + "\n";
    }
    nlohmann::ordered_json first;
    first[format::marker] = format::version;
    first["install_id"] = head ? head->install_id : "i";
    first["created_at"] = head ? head->created_at : "c";
    first["events"] = records;
    return first.dump() + "\n" + lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const empty_log log;
    const std::string text(fuzz::text_of(data, size));
    int records = 0;
    const std::string right = put_right(text, records);
    if (records == 0) return 0;
    const std::string path = log.copy();
    if (import(right, path)) {
        const std::string out = exported(path);
        check(out == right, "what was imported is what comes out", out);
    }
    if (text != right && import(text, log.copy())) (void)exported(path);
    return 0;
}
