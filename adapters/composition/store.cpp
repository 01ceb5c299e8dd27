#include "adapters/composition/store.hpp"

#include "adapters/composition/no_store.hpp"
#include "adapters/sqlite/documents_table.hpp"
#include "adapters/sqlite/importer.hpp"
#include "adapters/sqlite/log.hpp"
#include "adapters/sqlite/outbox_table.hpp"
#include "adapters/sqlite/reader.hpp"
#include "adapters/sqlite/registry_tables.hpp"
#include "adapters/sqlite/secrets_table.hpp"

#include <errno.h>

#include <filesystem>
#include <utility>

namespace slipway::composition {

namespace {

sqlite::writer_options writing(const location& place, std::string program) {
    sqlite::writer_options options;
    options.path = place.path;
    options.program = std::move(program);
    options.create_directory = place.by_default;
    return options;
}

store store_on(std::unique_ptr<sqlite::log> log) {
    store opened;
    opened.registry = std::make_unique<sqlite::registry>(*log);
    opened.outbox = std::make_unique<sqlite::outbox>(*log);
    opened.secrets = std::make_unique<sqlite::secrets>(*log);
    opened.documents = std::make_unique<sqlite::documents>(*log);
    opened.log = std::move(log);
    return opened;
}

}  // namespace

bool store_exists(const location& place) {
    std::error_code failed;
    return std::filesystem::exists(place.path, failed) || failed;
}

result<std::unique_ptr<log_reader>> open_reader(const location& place, if_damaged what) {
    using damage = sqlite::reader::damage;
    auto opened = sqlite::reader::open(place.path, what == if_damaged::show ? damage::shown : damage::refused);
    if (!opened) return opened.error();
    return std::unique_ptr<log_reader>(std::make_unique<sqlite::reader>(*std::move(opened)));
}

result<std::unique_ptr<log_importer>> open_importer(const location& into) {
    auto opened = sqlite::importer::open(writing(into, "slipway-log import"));
    if (!opened) return opened.error();
    return std::unique_ptr<log_importer>(*std::move(opened));
}

result<store> open_store(const location& place) {
    // Whoever comes second is told whether it is a daemon that can be talked to.
    auto log = sqlite::log::open(writing(place, program_invocation_short_name));
    if (!log) return log.error();
    return store_on(*std::move(log));
}

result<void> reseal_beside_writer(const location& place, const secret_store::reseal_function& reseal) {
    return sqlite::reseal_beside_writer(place.path, reseal);
}

result<store> open_store_to_read(const location& place) {
    if (place.path.empty()) return no_store();
    auto log = sqlite::log::open_to_read(place.path);
    if (!log) return log.error();
    return store_on(*std::move(log));
}

}  // namespace slipway::composition
