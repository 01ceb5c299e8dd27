// A disk that is full, or says no in another way, while events are appended: nothing acknowledged is lost, nothing that
// was refused is stored, and the log goes on as soon as there is room.
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace {

append_request large_request(std::uint64_t version) {
    auto request = make_request(1, version);
    request.events[0].data = "{\"filler\":\"" + std::string(20'000, 'x') + "\"}";
    return request;
}

// Appends until an append fails; the number that was stored. `why` is the failure.
std::uint64_t append_until_failure(sqlite::writer& writer, std::uint64_t version, append_error& why) {
    while (version < 10'000) {
        const auto answer = append_one(writer, large_request(version));
        if (!answer) {
            why = answer.error();
            return version;
        }
        ++version;
    }
    return version;
}

// What every such test ends with: all that was acknowledged is there, and nothing else.
std::string check_contents(const std::string& path, std::uint64_t stored) {
    auto reader = sqlite::reader::open(path);
    if (!reader) return reader.error().message;
    const auto records = reader->read_all(0, SIZE_MAX);
    if (!records) return records.error().message;
    if (records->size() != stored)
        return std::to_string(records->size()) + " records instead of " + std::to_string(stored);
    if (reader->heads({}).value().at(0).version != stored) return "the head is not at the last version";
    if (!reader->integrity(check_depth::whole).value().empty()) return reader->integrity(check_depth::whole).value().front();
    return {};
}

// A small disk of its own for this process; it goes with the process.
bool mount_small_disk(const std::string& where, const char* size) {
    const bool root = geteuid() == 0;
    if (unshare(root ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    return mount("tmpfs", where.c_str(), "tmpfs", 0, size) == 0;
}

}  // namespace

TEST_CASE("a full disk refuses appends and accepts them again when there is room") {
    temporary_directory at;
    const std::string said = in_child([&]() -> std::string {
        if (!mount_small_disk(at.path(), "size=1m")) return "no mount";
        auto writer = open_writer(at / "s.db");
        // What somebody will delete to make room.
        std::ofstream(at / "ballast") << std::string(300'000, 'b') << std::flush;
        append_error why;
        std::uint64_t stored = append_until_failure(writer, 0, why);
        if (stored < 3 || stored > 1000) return "failed after " + std::to_string(stored);
        if (why.failure != append_failure::unavailable) return "another failure: " + why.message;
        if (why.message.find("the disk is full. Free some space") == std::string::npos) return why.message;
        append_error again;
        if (append_until_failure(writer, stored, again) != stored) return "appended to a full disk";
        if (auto broken = check_contents(at / "s.db", stored); !broken.empty()) return "while full: " + broken;
        std::filesystem::remove(at / "ballast");
        for (int i = 0; i < 3; ++i)
            if (const auto answer = append_one(writer, large_request(stored)); answer)
                ++stored;
            else
                return "still refused: " + answer.error().message;
        return check_contents(at / "s.db", stored);
    });
    if (said == "no mount")
        WARN("not tested: this user may not mount a file system");
    else
        CHECK(said == "");
}

TEST_CASE("a log that finds no room to be created leaves nothing behind") {
    temporary_directory at;
    const std::string said = in_child([&]() -> std::string {
        if (!mount_small_disk(at.path(), "size=48k")) return "no mount";
        auto writer = sqlite::writer::open({at / "s.db", "slipway-test", false});
        if (writer) return "was opened";
        if (writer.error().kind != error_kind::unreachable) return "another kind";
        std::string files;
        for (const auto& name : at.files()) files += name + " ";
        return "left behind: " + files + "; " + writer.error().message;
    });
    if (said == "no mount")
        WARN("not tested: this user may not mount a file system");
    else
        CHECK_THAT(said, contains("left behind: ; ") && contains("the disk is full"));
}

TEST_CASE("a write error refuses appends and accepts them again when it is over") {
    temporary_directory at;
    const std::string said = in_child([&]() -> std::string {
        signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails with EFBIG
        auto writer = open_writer(at / "s.db");
        rlimit limit{};
        getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 400'000;
        setrlimit(RLIMIT_FSIZE, &limit);
        append_error why;
        std::uint64_t stored = append_until_failure(writer, 0, why);
        if (stored < 3 || stored > 1000) return "failed after " + std::to_string(stored);
        if (why.failure != append_failure::unavailable) return "another failure: " + why.message;
        if (auto broken = check_contents(at / "s.db", stored); !broken.empty()) return "while failing: " + broken;
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (const auto answer = append_one(writer, large_request(stored)); !answer) return answer.error().message;
        return check_contents(at / "s.db", stored + 1);
    });
    CHECK(said == "");
}

TEST_CASE("a batch that finds no room is refused as a whole, and repeating it stores it once") {
    temporary_directory at;
    const std::string said = in_child([&]() -> std::string {
        if (!mount_small_disk(at.path(), "size=1m")) return "no mount";
        auto writer = open_writer(at / "s.db");
        std::ofstream(at / "ballast") << std::string(400'000, 'b') << std::flush;
        const auto batch = [] {
            std::vector<append_request> requests;
            for (std::uint64_t n = 1; n <= 30; ++n) {
                requests.push_back(make_request(n, 0));
                requests.back().events[0].data = "{\"filler\":\"" + std::string(20'000, 'x') + "\"}";
            }
            requests.push_back(requests.front());  // repeats the first: not stored either, so not "repeated"
            return requests;
        };
        for (const auto& answer : writer.append(batch()))
            if (answer || answer.error().failure != append_failure::unavailable) return "something was acknowledged";
        if (sqlite::reader::open(at / "s.db").value().last_seq().value() != 0) return "something was stored";
        std::filesystem::remove(at / "ballast");
        for (int round = 0; round < 2; ++round) {
            const auto answers = writer.append(batch());
            for (std::size_t i = 0; i < answers.size(); ++i) {
                if (!answers[i]) return answers[i].error().message;
                if (answers[i]->repeated != (round == 1 || i == 30)) return "wrong answer about repetition";
            }
        }
        if (sqlite::reader::open(at / "s.db").value().last_seq().value() != 30) return "not 30 records";
        return {};
    });
    if (said == "no mount")
        WARN("not tested: this user may not mount a file system");
    else
        CHECK(said == "");
}
