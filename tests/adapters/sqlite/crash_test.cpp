// kill -9 in the middle of appending: whatever was acknowledged is there, whole, and the chain of every stream holds.
#include "engine/runtime/hash_chain.hpp"
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <signal.h>

#include <map>

using namespace slipway;
using namespace slipway::test;

namespace {

// Appends for ever, three streams a batch, two events an append, and writes a byte for each batch that was
// acknowledged.
[[noreturn]] void append_for_ever(const std::string& path, int acknowledged, std::uint64_t version) {
    auto writer = open_writer(path);
    for (;;) {
        std::vector<append_request> batch;
        for (std::uint64_t stream = 1; stream <= 3; ++stream) batch.push_back(make_request(stream, version, 2));
        for (const auto& answer : writer.append(std::move(batch)))
            if (!answer) _exit(2);
        version += 2;
        if (write(acknowledged, "+", 1) != 1) _exit(3);
    }
}

// Starts a child that appends, kills it after `batches` acknowledgements, and returns how many it had given in the end.
std::uint64_t run_and_kill(const std::string& path, std::uint64_t version, std::uint64_t batches) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        append_for_ever(path, ends[1], version);
    }
    close(ends[1]);
    std::uint64_t seen = 0;
    char byte = 0;
    while (seen < batches && read(ends[0], &byte, 1) == 1) ++seen;
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1) ++seen;  // what was acknowledged before the signal came
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    return seen;
}

}  // namespace

TEST_CASE("after kill -9 everything that was acknowledged is there, and the log goes on") {
    temporary_directory at;
    std::uint64_t version = 0;
    for (const std::uint64_t batches : {1, 2, 3, 50, 400, 7}) {
        const std::uint64_t acknowledged = run_and_kill(at / "s.db", version, batches);
        REQUIRE(acknowledged >= batches);
        auto reader = sqlite::reader::open(at / "s.db").value();
        std::map<std::string, event_record> last;
        for (const event_record& record : reader.read_all(0, SIZE_MAX).value()) {
            event_record& before = last[record.stream.text];
            REQUIRE(record.version == before.version + 1);
            REQUIRE(record.hash == chain_hash(before.version == 0 ? first_previous_hash : before.hash, record));
            before = record;
        }
        REQUIRE(last.size() == 3);
        const std::uint64_t reached = last.begin()->second.version;
        CHECK(reached >= version + 2 * acknowledged);
        CHECK(reached <= version + 2 * acknowledged + 2);  // at most the one batch that was in hand
        for (const auto& head : reader.heads({}).value()) {
            CHECK(head.version == reached);
            CHECK(head.hash == last[head.stream.text].hash);
        }
        CHECK(reader.integrity(check_depth::whole).value().empty());
        version = reached;
    }
}
