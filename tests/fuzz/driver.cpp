// main() of a fuzz target where libFuzzer is not used: the files of its corpus, then a fixed number of inputs that
// seeded chance makes of them; a TAP line for each of the two. The input that ends the process is kept in a file and
// named.
//
//   fuzz_codec CORPUS WORDS INPUTS    WORDS: a dictionary as libFuzzer has it, INPUTS: how many are made
//   fuzz_codec FILE                   this one input
//
// SLIPWAY_FUZZ_SEED and SLIPWAY_FUZZ_INPUTS give another run.
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/damage.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;

// What a dying process has to say, ready before each input.
struct last_words {
    std::string input;
    std::string line;  // "not ok …"
    std::string file;
};
last_words dying;

constexpr unsigned longest_s = 60;  // for one input

void tell() {
    const int out = open(dying.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool kept = out >= 0;
    kept = kept && write(out, dying.input.data(), dying.input.size()) == static_cast<ssize_t>(dying.input.size());
    kept = write(STDOUT_FILENO, dying.line.data(), dying.line.size()) > 0 && kept;
}

void on_signal(int) {
    tell();
    _exit(1);
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void run(const std::string& input) {
    dying.input = input;
    alarm(longest_s);
    // A copy of exactly this size: a sanitizer sees a read behind its end.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    try {
        (void)LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    } catch (const std::exception& escaped) {
        std::cerr << "an exception escaped: " << escaped.what() << std::endl;
        std::abort();
    }
    alarm(0);
}

void expect(int number, const std::string& what, const std::string& name) {
    dying.file = "fuzz-" + name + "-input";
    dying.line = "not ok " + std::to_string(number) + " - " + what + "\n# the input is kept in " +
                 (fs::current_path() / dying.file).string() + "\n1.." + std::to_string(number) + "\n";
}

std::uint64_t setting(const char* name, std::uint64_t usual) {
    const char* given = std::getenv(name);
    return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

}  // namespace

int main(int argc, char** argv) {
    // A stack of its own: the usual one may be what has come to its end.
    static std::array<char, 64 * 1024> room;
    stack_t other{};
    other.ss_sp = room.data();
    other.ss_size = room.size();
    sigaltstack(&other, nullptr);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) sigaction(number, &action, nullptr);
    if (&__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(tell);
    const std::string name = fs::path(argv[0]).filename().string();
    if (argc == 2) {
        expect(1, argv[1], name);
        run(read_file(argv[1]));
        std::cout << "ok 1 - " << argv[1] << "\n1..1\n";
        return 0;
    }
    if (argc != 4) {
        std::cerr << "usage: " << name << " CORPUS WORDS INPUTS | FILE\n";
        return 2;
    }
    const auto seed = setting("SLIPWAY_FUZZ_SEED", 20261126);
    const auto inputs = setting("SLIPWAY_FUZZ_INPUTS", std::strtoull(argv[3], nullptr, 10));

    std::vector<fs::path> files(fs::directory_iterator(argv[1]), fs::directory_iterator{});
    std::sort(files.begin(), files.end());
    std::vector<std::string> corpus;
    for (const fs::path& file : files) {
        expect(1, file.filename().string(), name);
        corpus.push_back(read_file(file));
        run(corpus.back());
    }
    if (corpus.empty()) {
        std::cout << "not ok 1 - there is no corpus in " << argv[1] << "\n1..1\n";
        return 1;
    }
    std::cout << "ok 1 - the " << corpus.size() << " inputs of the corpus\n" << std::flush;

    slipway::fuzz::damage chance(seed, slipway::fuzz::words_of(read_file(argv[2])));
    const std::string title = std::to_string(inputs) + " inputs made of them, seed " + std::to_string(seed);
    expect(2, title, name);
    for (std::uint64_t i = 0; i < inputs; ++i) run(chance.of(corpus));
    std::cout << "ok 2 - " << title << "\n1..2\n";
    return 0;
}
