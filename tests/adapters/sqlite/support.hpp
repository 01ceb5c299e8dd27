// What the tests of the event log share: a directory that goes away, requests with ids that tell who made them, and a
// child process that reports what went wrong in it.
#pragma once

#include "adapters/sqlite/reader.hpp"
#include "adapters/sqlite/writer.hpp"
#include "engine/model/ids.hpp"
#include "tests/support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

namespace slipway::test {

class temporary_directory {
public:
    temporary_directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "slipway-sqlite-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }
    // Everything in it, by name.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

private:
    std::string path_;
};

// A UUIDv7 that is the same in every run: `n` in its time and in its last digits.
inline std::string fixed_uuid(std::uint64_t n) {
    random_bytes random{};
    for (std::size_t i = 0; i < 8; ++i) random[9 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return uuid_v7({1'763'650'000'000 + static_cast<std::int64_t>(n)}, random);
}

inline stream_id stream_number(std::uint64_t n) {
    return {fixed_uuid(1'000'000 + n)};
}

// `count` events for a stream that is at `expected_version`. Ids follow from stream and version: the same call again is
// the same request again.
inline append_request make_request(std::uint64_t stream, std::uint64_t expected_version, std::size_t count = 1) {
    append_request request;
    request.expected_version = expected_version;
    request.head.stream = stream_number(stream);
    request.head.kind = "vm";
    request.head.state = "accepted";
    request.head.version = expected_version + count;
    request.head.owner = "cli:alice";
    request.head.name = "web" + std::to_string(stream);
    request.head.provider = "direct";
    request.head.key_fingerprint = "aa:bb";
    request.head.definition = "0123456789abcdef";
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t version = expected_version + i + 1;
        new_event event;
        event.type = "step_started";
        event.event_id = fixed_uuid(stream * 10'000 + version);
        event.at = {1'763'650'000'000 + static_cast<std::int64_t>(version) * 1500};
        event.actor = "engine";
        event.command_id = "command-" + std::to_string(stream) + "-" + std::to_string(expected_version);
        event.data = R"({"step":"create_server","attempt":)" + std::to_string(version) + "}";
        request.events.push_back(std::move(event));
    }
    return request;
}

inline append_result append_one(sqlite::writer& to, append_request request) {
    std::vector<append_request> batch;
    batch.push_back(std::move(request));
    return to.append(std::move(batch)).front();
}

inline sqlite::writer open_writer(const std::string& path) {
    return sqlite::writer::open({path, "slipway-test", false}).value();
}

// Runs SQL on the file as a program would that knows nothing of slipway.
inline void run_sql(const std::string& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    char* why = nullptr;
    sqlite3_open(path.c_str(), &handle);
    sqlite3_busy_timeout(handle, 5000);
    const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &why);
    const std::string message = why != nullptr ? why : "";
    sqlite3_free(why);
    sqlite3_close(handle);
    if (code != SQLITE_OK) throw std::runtime_error(sql + ": " + message);
}

// Runs `work` in a child process; what it returns (or throws), empty where all was well. Takes down with it whatever
// the work does to the process: its limits, its user, its mounts.
inline std::string in_child(const std::function<std::string()>& work) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
        std::string said;
        try {
            said = work();
        } catch (const std::exception& e) {
            said = std::string("exception: ") + e.what();
        }
        const ssize_t written = write(pipe_ends[1], said.data(), said.size());
        _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    close(pipe_ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
        said.append(buffer, static_cast<std::size_t>(n));
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) said += " (the child process ended abnormally)";
    return said;
}

}  // namespace slipway::test
