// slipway-log: looks into an event log without changing it, copies it, and carries one to another place.
#include "adapters/composition/backup.hpp"
#include "adapters/composition/log_surroundings.hpp"
#include "adapters/composition/store.hpp"
#include "tools/slipway-log/command_line.hpp"
#include "tools/slipway-log/complaint.hpp"
#include "tools/slipway-log/descriptor_stream.hpp"
#include "tools/slipway-log/details.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using namespace slipway;
using namespace slipway::inspection;

std::size_t terminal_width() {
    winsize size{};
    if (isatty(STDOUT_FILENO) == 0) return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Until it is time to look at the log again; false when whoever reads our output has gone.
bool wait_for_more() {
    pollfd output{STDOUT_FILENO, 0, 0};
    const int happened = poll(&output, 1, 200);
    return happened <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

// Puts the program's name in front of a verb's complaint.
class complaint_buffer final : public std::stringbuf {
public:
    ~complaint_buffer() override {
        if (!str().empty()) std::cerr << "slipway-log: " << str() << std::flush;
    }
};

timestamp now() {
    using namespace std::chrono;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

// On the terminal, unless the result itself goes there as it comes.
bool shows_progress(const CLI::App& app) {
    const bool streams_there = app.got_subcommand("export") && isatty(STDOUT_FILENO) != 0;
    return isatty(STDERR_FILENO) != 0 && !streams_there;
}

int import_from(const request& asked, const composition::location& place, std::ostream& out, std::ostream& complaints,
                bool progress) {
    if (asked.file == "-")
        return import_log(std::cin, out, complaints, composition::open_importer(place), asked.json,
                          progress_line(progress));
    std::ifstream file(asked.file, std::ios::binary);
    if (std::error_code unseen; std::filesystem::is_directory(asked.file, unseen))
        return complain(complaints, make_error(error_kind::usage, asked.file + " is a directory."));
    if (!file)
        return complain(complaints,
                        make_error(error_kind::usage, asked.file + " cannot be opened: " + std::strerror(errno) + "."));
    return import_log(file, out, complaints, composition::open_importer(place), asked.json, progress_line(progress));
}

int back_up_to(const request& asked, const composition::location& place, std::ostream& out, std::ostream& complaints) {
    const auto made = composition::back_up(place, asked.backup);
    if (!made) return complain(complaints, made.error());
    if (asked.json) {
        nlohmann::ordered_json line;
        line["backup"] = made->file;
        line["secret_file"] = made->secret_file.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(made->secret_file);
        line["events"] = made->events;
        out << dump(line) << '\n';
        return exit_done;
    }
    out << "a backup with " << made->events << " events is in " << made->file;
    if (!made->secret_file.empty()) out << ", and the installation's secret in " << made->secret_file << ": keep both together";
    out << '\n';
    return exit_done;
}

int look(const CLI::App& app, request& asked, const composition::location& place, log_reader& log, std::ostream& out, std::ostream& complaints,
         bool progress) {
    const auto is = [&](const char* verb) { return app.got_subcommand(verb); };
    if (is("graph")) return graph(&log, out, complaints, asked.graph);

    context on{log, out, complaints, asked.json, terminal_width(), progress_line(progress)};
    if (is("list")) return list(on, asked.filter);
    if (is("show")) return show(on, asked.stream, asked.at);
    if (is("why"))
        return why(on, asked.stream, now(), log.holder(),
                   [&](const std::string& provider, const stream_id& of) { return composition::surroundings_of(place, provider, of); });
    if (is("diff")) return diff(on, asked.a, asked.b);
    if (is("verify")) return verify(on);
    if (is("check")) return check(on);
    if (is("stats")) return stats(on);
    if (is("export")) return export_log(on);
    if (asked.follow) asked.events.wait = wait_for_more;
    return events(on, asked.events);
}

int run(const CLI::App& app, request& asked, std::ostream& out) {
    complaint_buffer said;
    std::ostream complaints(&said);
    const auto is = [&](const char* verb) { return app.got_subcommand(verb); };
    auto place = composition::locate(asked.url, composition::process_environment);
    if (!place) return complain(complaints, place.error());
    const bool progress = shows_progress(app);
    if (is("backup")) return back_up_to(asked, *place, out, complaints);
    if (is("import")) return import_from(asked, *place, out, complaints, progress);
    const auto log = composition::open_reader(*place, composition::if_damaged::show);
    // The machine can be drawn without a log, unless one was asked for.
    if (!log && is("graph") && place->by_default && !asked.graph.stream)
        return graph(nullptr, out, complaints, asked.graph);
    if (!log) return complain(complaints, log.error());
    const int code = look(app, asked, *place, **log, out, complaints, progress);
    // Whatever was found, more may be missing.
    if (!(*log)->cut_off()) return code;
    complaints << (*log)->cut_off()->message << '\n';
    return code == exit_done ? exit_failed : code;
}

// The exit code, which is another one where the output has not arrived.
int delivered(std::ostream& out, const descriptor_buffer& buffer, int code) {
    out.flush();
    if (buffer.failed() == 0 || buffer.failed() == EPIPE) return code;
    std::cerr << "slipway-log: stdout cannot be written: " << std::strerror(buffer.failed()) << ".\n";
    return exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    request asked;
    CLI::App app("Looks into slipway's event log without changing it.", "slipway-log");
    describe(app, asked);
    descriptor_buffer buffer(STDOUT_FILENO);
    std::ostream out(&buffer);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return delivered(out, buffer, app.exit(e, out, std::cerr));  // --help, --version
        const std::string word = wrong_verb(app, argc, argv);
        std::cerr << "slipway-log: " << (word.empty() ? e.what() : "there is no verb \"" + word + "\"") << "\nslipway-log --help shows the verbs: " << verbs_of(app) << ".\n";
        return exit_usage;
    }
    if (asked.json && app.got_subcommand("graph")) asked.graph.format = "json";

    return delivered(out, buffer, run(app, asked, out));
}
