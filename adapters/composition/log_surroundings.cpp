#include "adapters/composition/log_surroundings.hpp"

#include "adapters/composition/store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/statvfs.h>

#include <filesystem>

namespace slipway::composition {

namespace {

constexpr std::size_t most_messages = 1000;
constexpr std::uint64_t least_room = 64 * 1024;  // bytes: a commit needs a few pages

boost::asio::awaitable<void> look(store& in, std::string provider, stream_id stream, service::surroundings& out) {
    auto unsent = co_await in.outbox->pending(most_messages);
    if (unsent) out.unsent = *std::move(unsent);
    // One of an earlier state is not told: it says which it is about.
    const auto alerts = co_await in.documents->all(std::string(service::overdue_kind));
    if (alerts)
        for (const document& one : *alerts)
            if (auto alert = service::alert_of(one); alert && alert->stream == stream)
                if (!out.overdue || out.overdue->since < alert->since) out.overdue = *std::move(alert);
    auto kept = co_await in.registry->provider(std::move(provider));
    if (kept && *kept && !(*kept)->token_works) out.provider_trouble = (*kept)->token_problem;
}

}  // namespace

std::string write_trouble(const location& place) {
    if (!place.server.empty() || place.path.empty()) return {};
    struct statvfs disk {};
    if (::statvfs(place.path.c_str(), &disk) != 0) return {};
    const std::string start = "the event log " + place.path + " cannot be written: ";
    if ((disk.f_flag & ST_RDONLY) != 0) return start + "its disk is mounted read-only.";
    if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < least_room)
        return start + "the disk is full. Free some space on it; nothing that was acknowledged is lost.";
    return {};
}

service::surroundings surroundings_of(const location& place, const std::string& provider, const stream_id& stream) {
    service::surroundings out;
    out.log_trouble = write_trouble(place);
    auto opened = open_store_to_read(place);
    if (!opened) return out;
    boost::asio::io_context loop(1);
    boost::asio::co_spawn(loop, look(*opened, provider, stream, out), boost::asio::detached);
    loop.run();
    return out;
}

}  // namespace slipway::composition
