// A process that a benchmark starts, and that is killed with this object. It is spoken to by lines, on its stdin and from its
// stdout, unless that is a file; its stderr is this program's.
//
// One thread. Throws std::runtime_error where it cannot be started.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::bench {

class bench_process {
public:
    struct program {
        std::string path;
        std::vector<std::string> arguments;                                            // behind its name
        std::optional<std::map<std::string, std::string>> environment = std::nullopt;  // none: this program's
        std::string output = {};  // the file that its stdout is; none: line() reads it
    };
    explicit bench_process(const program& what);
    bench_process(bench_process&& other) noexcept;
    bench_process& operator=(bench_process&&) = delete;
    ~bench_process();

    pid_t id() const { return id_; }
    std::string line();  // without its end; nothing where the process has ended
    void tell(const std::string& line);
    bool runs() const;
    void hang_up() { from_.reset(); }  // reads no more of it, as `| head` does

    struct ending {
        bool well = false;
        double rss_mb = 0;
    };
    ending wait();  // for the end
    bool ends_well() { return wait().well; }

private:
    struct closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using pipe_end = std::unique_ptr<std::FILE, closer>;
    struct pipe_of_two;

    pid_t id_ = 0;
    pipe_end to_, from_;
};

}  // namespace slipway::bench
