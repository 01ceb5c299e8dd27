#include "adapters/sqlite/cut_off.hpp"

#include "adapters/sqlite/connection.hpp"

#include <sys/stat.h>

#include <array>
#include <cstdint>

namespace slipway::sqlite {

namespace {

// Of SQLite's header (https://www.sqlite.org/fileformat2.html): numbers are big-endian.
constexpr std::size_t header_size = 100, page_size_at = 16, changes_at = 24, pages_at = 28, valid_for_at = 92;
using file_header = std::array<unsigned char, header_size>;

std::uint64_t number(const file_header& header, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | header[at + i];
    return value;
}

}  // namespace

bool has_wal(const std::string& path) {
    struct stat wal {};
    return stat((path + "-wal").c_str(), &wal) == 0 && wal.st_size > 0;
}

std::optional<error> cut_off(const std::string& path) {
    // Through SQLite, which knows when a descriptor may be closed: closing any one of a file takes away all locks that
    // this process has on it. Without its lock, the next program that closes the database takes it for the last one, and
    // removes the WAL under a writer, who goes on writing into a file without a name.
    const auto on = connection::open(path, connection::mode::snapshot);
    sqlite3_file* file = nullptr;
    if (!on || sqlite3_file_control(on->raw(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return {};
    if (file == nullptr || file->pMethods == nullptr) return {};
    file_header header{};
    // The header first: a file that grows meanwhile is only the longer for it.
    const bool read = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0) == SQLITE_OK;
    sqlite3_int64 size = 0;
    const bool known = file->pMethods->xFileSize(file, &size) == SQLITE_OK;
    // Where these differ, a program that knows nothing of the count of pages has written last.
    if (!read || !known || number(header, changes_at, 4) != number(header, valid_for_at, 4)) return {};
    std::uint64_t page = number(header, page_size_at, 2);
    if (page == 1) page = 65536;
    const std::uint64_t should = page * number(header, pages_at, 4), is = static_cast<std::uint64_t>(size);
    if (is >= should || has_wal(path)) return {};
    return make_error(error_kind::unreachable, "the event log " + path + " is cut off: it has " + std::to_string(is) +
                                                   " bytes of " + std::to_string(should) +
                                                   ". Restore a copy; slipway-log shows what is left of it.");
}

}  // namespace slipway::sqlite
