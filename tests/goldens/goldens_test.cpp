// The golden logs (README.md): what a released slipway has written, this one replays to the same states, for ever.
#include "adapters/composition/store.hpp"
#include "adapters/sqlite/reader.hpp"
#include "engine/machines/vm.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/hash_chain.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include "tests/tools/slipway-log/support.hpp"
#include "tools/slipway-log/export_format.hpp"
#include "tools/slipway-log/members.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

using namespace slipway;
using namespace slipway::test;
using nlohmann::ordered_json;

namespace {

using file_path = std::filesystem::path;

constexpr std::string_view log_ending = ".jsonl", state_ending = ".states.jsonl";

std::vector<file_path> golden_logs() {
    std::vector<file_path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(GOLDEN_LOGS)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(log_ending) && !name.ends_with(state_ending)) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

file_path states_beside(file_path log) {
    return log.replace_extension(state_ending);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The streams of an export, each with its records; what is wrong with a line ends the test.
std::map<std::string, std::vector<event_record>> streams_of(const file_path& path) {
    std::map<std::string, std::vector<event_record>> streams;
    const auto lines = lines_of(text_of_file(path));
    REQUIRE(!lines.empty());
    REQUIRE(inspection::export_format::read_header(lines.front()));
    for (std::size_t i = 1; i < lines.size(); ++i) {
        INFO(path.filename().string() << ", line " << i + 1);
        auto record = inspection::export_format::read_line(lines[i]);
        REQUIRE(record);
        streams[record->stream.text].push_back(*std::move(record));
    }
    return streams;
}

// Without the fingerprint of the table, which changes with every row.
ordered_json shown(const stream_head& h) {
    ordered_json j;
    j["stream"] = h.stream.text;
    j["kind"] = h.kind;
    j["state"] = h.state;
    j["version"] = h.version;
    j["owner"] = h.owner;
    j["name"] = h.name;
    j["provider"] = h.provider;
    j["key_fingerprint"] = h.key_fingerprint;
    j["due_at"] = h.due_at ? to_rfc3339(*h.due_at) : "";
    j["at_rest"] = h.at_rest;
    j["ended"] = h.ended;
    j["hash"] = h.hash;
    return j;
}

// What is expected of a stream: its head, the step that it wants next, all that it remembers.
ordered_json expectation(const std::vector<event_record>& records, const vm_state& state) {
    stream_head head = head_of(state, records.front().stream);
    head.hash = records.back().hash;
    ordered_json j = shown(head);
    const auto want = wants(state);
    j["wants"] = want ? std::string(name(step_of(*want))) : "";
    j["remembers"] = ordered_json::object();
    for (const auto& [name, value] : inspection::members_of(state)) j["remembers"][name] = value;
    return j;
}

void write_expectations(const file_path& log) {
    std::ofstream file(states_beside(log), std::ios::binary);
    for (const auto& [id, records] : streams_of(log))
        file << expectation(records, replay(records).value()).dump() << '\n';
}

// A new file's expectations are written on demand; those that are there stay as they are.
bool asked_to_write(const file_path& log) {
    return std::getenv("SLIPWAY_WRITE_GOLDENS") != nullptr && !std::filesystem::exists(states_beside(log));
}

template <std::size_t... I>
std::set<std::string> all_events(std::index_sequence<I...>) {
    const auto named = []<class E>(std::type_identity<E>) {
        return std::string(E::name) + " " + std::to_string(E::version);
    };
    return {named(std::type_identity<std::variant_alternative_t<I, event>>{})...};
}

// What `wanted` has and `seen` has not.
std::vector<std::string> missing(const std::set<std::string>& wanted, const std::set<std::string>& seen) {
    std::vector<std::string> out;
    std::set_difference(wanted.begin(), wanted.end(), seen.begin(), seen.end(), std::back_inserter(out));
    return out;
}

}  // namespace

TEST_CASE("every golden log decodes, its hashes are right, and it is replayed to the states that were written down") {
    for (const file_path& log : golden_logs()) {
        INFO(log.string());
        if (asked_to_write(log)) write_expectations(log);
        const auto streams = streams_of(log);
        std::map<std::string, ordered_json> expected;
        for (const std::string& line : lines_of(text_of_file(states_beside(log)))) {
            auto j = ordered_json::parse(line);
            expected.emplace(j["stream"].get<std::string>(), std::move(j));
        }
        CHECK(expected.size() == streams.size());
        for (const auto& [id, records] : streams) {
            INFO("stream " << id);
            std::string hash{first_previous_hash};
            for (const event_record& r : records) {
                INFO("version " << r.version);
                REQUIRE(decode(r.type, r.schema_version, r.data));
                REQUIRE(r.hash == chain_hash(hash, r));
                hash = r.hash;
            }
            const auto state = replay(records);
            REQUIRE(state);
            REQUIRE(expected.contains(id));
            ordered_json should = expected[id], is = expectation(records, *state);
            // A later program may remember more; of what was remembered, nothing is lost.
            for (const auto& [name, value] : should["remembers"].items()) {
                INFO(name);
                REQUIRE(is["remembers"].contains(name));
                CHECK(is["remembers"][name] == value);
            }
            should.erase("remembers");
            is.erase("remembers");
            CHECK(is.dump() == should.dump());
        }
    }
}

TEST_CASE(
    "every golden log is imported into a new database, which is in order and has the heads that were written down") {
    for (const file_path& log : golden_logs()) {
        INFO(log.string());
        temporary_directory at;
        std::ifstream in(log, std::ios::binary);
        std::ostringstream out, complaints;
        CHECK(inspection::import_log(in, out, complaints, composition::open_importer({at / "a.db", false}), false) == 0);
        CHECK(complaints.str() == "");
        for (const bool json : {false, true}) {
            CHECK(look(
                      at / "a.db", [](auto& on) { return inspection::verify(on); }, json)
                      .code == 0);
            CHECK(look(
                      at / "a.db", [](auto& on) { return inspection::check(on); }, json)
                      .code == 0);
        }
        CHECK(look(at / "a.db", [](auto& on) { return inspection::export_log(on); }).out == text_of_file(log));
        std::vector<std::string> heads;
        for (const stream_head& head : sqlite::reader::open(at / "a.db").value().heads({}).value())
            heads.push_back(shown(head).dump());
        std::vector<std::string> expected;
        for (const std::string& line : lines_of(text_of_file(states_beside(log)))) {
            auto j = ordered_json::parse(line);
            j.erase("wants");
            j.erase("remembers");
            expected.push_back(j.dump());
        }
        CHECK(heads == expected);
    }
}

TEST_CASE("each event in each of its versions, each state and each step occurs in a golden log") {
    std::set<std::string> events, states, steps, last_states;
    for (const file_path& log : golden_logs()) {
        for (const auto& [id, records] : streams_of(log)) {
            vm_state state;
            for (const event_record& r : records) {
                const auto e = decode(r.type, r.schema_version, r.data);
                REQUIRE(e);
                REQUIRE(evolve(state, *e));
                events.insert(r.type + " " + std::to_string(r.schema_version));
                states.insert(r.kind + " " + std::string(state.state_name()));
                if (const auto* started = std::get_if<step_started>(&*e))
                    steps.insert(std::string(name(started->step)));
            }
            last_states.insert(std::string(state.state_name()));
        }
    }
    CHECK(missing(all_events(std::make_index_sequence<std::variant_size_v<event>>{}), events) ==
          std::vector<std::string>{});
    std::set<std::string> all_states;
    for (const machine* m : all_machines())
        for (const std::string_view state : m->states) all_states.insert(std::string(m->kind) + " " + std::string(state));
    all_states.erase("audit opened");  // before its first event
    CHECK(missing(all_states, states) == std::vector<std::string>{});
    std::set<std::string> all_steps;
    for (const step_properties& s : step_table) all_steps.emplace(s.name);
    CHECK(missing(all_steps, steps) == std::vector<std::string>{});
    // A program that was replaced by a newer one may have stopped anywhere.
    CHECK(missing({vm_state_names.begin(), vm_state_names.end()}, last_states) == std::vector<std::string>{});
}

TEST_CASE("no golden log has a secret in it") {
    for (const file_path& log : golden_logs()) {
        INFO(log.string());
        const std::string text = text_of_file(log);
        for (const char* word :
             {"PRIVATE KEY", "oken0", "0123456789abcdef0123456789abcdef", "Bearer", "/home/", "/tmp/"})
            CHECK(text.find(word) == std::string::npos);
    }
}
