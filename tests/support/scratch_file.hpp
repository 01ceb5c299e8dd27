// A file with this text in a directory of its own, gone with its owner.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace slipway::test {

class scratch_file {
public:
    explicit scratch_file(const std::string& text) {
        std::string name = (std::filesystem::temp_directory_path() / "slipway-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch directory");
        directory_ = name;
        std::ofstream(path()) << text;
    }
    ~scratch_file() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    std::string path() const { return (directory_ / "file").string(); }

private:
    std::filesystem::path directory_;
};

}  // namespace slipway::test
