#include "adapters/simulated/ports.hpp"

#include <boost/system/system_error.hpp>

namespace slipway::simulated {

using boost::asio::awaitable;

random_bytes random_port::bytes() {
    random_bytes out{};
    const std::uint64_t a = u_.chance.next();
    const std::uint64_t b = u_.chance.next();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t from = i < 8 ? a >> (8 * i) : b >> (8 * (i - 8));
        out[i] = static_cast<std::uint8_t>(from & 0xff);
    }
    return out;
}

result<ssh_key_pair> vault_port::operator_key() {
    return ssh_key_pair{"ssh-ed25519 AAAAoperator", "private"};
}

result<ssh_key_pair> vault_port::first_host_key(const stream_id& stream) {
    return ssh_key_pair{"ssh-ed25519 AAAAfirst-" + stream.text, "private"};
}

// ---- the log

namespace {

std::string disk_full() {
    return "the event log cannot be written: no space left on the device";
}

}  // namespace

awaitable<append_result> log_port::append(append_request request) {
    process_->must_live();
    const fault f = u_.choose(site::append);
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    co_await process_->sleep(milliseconds{1});
    append_error trouble;
    trouble.message = disk_full();
    if (f == fault::unavailable_log) co_return trouble;
    auto stored = log_.append(std::move(request));
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    if (f == fault::torn) co_return trouble;
    co_return stored;
}

awaitable<result<void>> log_port::readable() {
    process_->must_live();
    const fault f = u_.choose(site::read_log);
    if (f == fault::crash_before) process_->kill();
    process_->must_live();
    co_await process_->sleep(milliseconds{0});
    if (f == fault::crash_after) process_->kill();
    process_->must_live();
    result<void> answer;
    if (f == fault::unavailable_log) answer = make_error(error_kind::storage, disk_full());
    co_return answer;
}

awaitable<result<std::vector<event_record>>> log_port::read_stream(stream_id stream, std::uint64_t after_version) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.read_stream(stream, after_version);
}

awaitable<result<std::vector<event_record>>> log_port::read_all(std::uint64_t after_seq, std::size_t limit) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.read_all(after_seq, limit);
}

awaitable<result<std::vector<stream_head>>> log_port::heads(head_filter filter) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.heads(filter);
}

awaitable<result<std::vector<stream_id>>> log_port::live_with_key(std::string provider, std::string key_fingerprint,
                                                                  stream_id except) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.live_with_key(provider, key_fingerprint, except);
}

awaitable<result<std::vector<event_record>>> log_port::find_command(std::string command_id) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.find_command(command_id);
}

awaitable<result<std::optional<std::string>>> log_port::find_request(std::string key) {
    const auto ok = co_await readable();
    if (!ok) co_return ok.error();
    co_return log_.find_request(key);
}

}  // namespace slipway::simulated
