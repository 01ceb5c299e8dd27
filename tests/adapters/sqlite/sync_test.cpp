// An append is acknowledged only when it would survive a power cut: SQLite has asked the kernel to bring it to the disk
// first. No kill shows that, because what a dead process has written stays with the kernel.
#include "tests/adapters/sqlite/support.hpp"
#include "tests/support/catch.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<int> syncs{0};

int sync_by(long call, int descriptor) {
    ++syncs;
    return static_cast<int>(syscall(call, descriptor));
}

}  // namespace

// The program's own come before libc's, for SQLite too.
extern "C" int fsync(int descriptor) {
    return sync_by(SYS_fsync, descriptor);
}
extern "C" int fdatasync(int descriptor) {
    return sync_by(SYS_fdatasync, descriptor);
}

using namespace slipway;
using namespace slipway::test;

TEST_CASE("every append is brought to the disk before it is acknowledged") {
    temporary_directory at;
    auto writer = open_writer(at / "s.db");
    for (std::uint64_t version = 0; version < 3; ++version) {
        const int before = syncs;
        REQUIRE(append_one(writer, make_request(1, version)));
        CHECK(syncs > before);
    }
    const int before = syncs;
    std::vector<append_request> batch;
    batch.push_back(make_request(1, 3));
    batch.push_back(make_request(2, 0));
    for (const auto& answer : writer.append(std::move(batch))) CHECK(answer);
    CHECK(syncs == before + 1);
}
