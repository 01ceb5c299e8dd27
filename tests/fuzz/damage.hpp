// Inputs that seeded chance makes of good ones: bytes changed, pieces moved, repeated, cut out, taken from another
// input or from a list of words. The same seed makes the same inputs with every compiler and standard library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::fuzz {

// The words of a dictionary as libFuzzer reads it: lines "word" with \\, \" and \xNN; # begins a comment.
inline std::vector<std::string> words_of(std::string_view dictionary) {
    std::vector<std::string> words;
    while (!dictionary.empty()) {
        const auto end = dictionary.find('\n');
        std::string_view line = dictionary.substr(0, end);
        dictionary.remove_prefix(end == std::string_view::npos ? dictionary.size() : end + 1);
        if (!line.starts_with('"') || line.size() < 2) continue;
        line = line.substr(1, line.rfind('"') - 1);
        std::string word;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '\\' || i + 1 == line.size()) {
                word += line[i];
            } else if (line[i + 1] == 'x' && i + 3 < line.size()) {
                word += static_cast<char>(std::stoi(std::string(line.substr(i + 2, 2)), nullptr, 16));
                i += 3;
            } else {
                word += line[++i];
            }
        }
        words.push_back(std::move(word));
    }
    return words;
}

class damage {
public:
    damage(std::uint64_t seed, std::vector<std::string> words) : chance_(seed), words_(std::move(words)) {}

    std::string of(const std::vector<std::string>& good) {
        std::string text = good[below(good.size())];
        for (std::size_t changes = 1 + below(5); changes > 0; --changes) {
            const std::size_t at = below(text.size() + 1);
            switch (below(9)) {
                case 0:
                    if (!words_.empty()) text.insert(at, words_[below(words_.size())]);
                    break;
                case 1:
                    if (!words_.empty()) text.replace(at, below(12), words_[below(words_.size())]);
                    break;
                case 2:
                    text.erase(at, 1 + below(20));
                    break;
                case 3:
                    if (at < text.size()) text[at] = static_cast<char>(below(256));
                    break;
                case 4:
                    if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                    break;
                case 5:
                    text.insert(at, text.substr(below(text.size() + 1), below(60)));
                    break;
                case 6: {
                    const std::string& other = good[below(good.size())];
                    text.insert(at, other.substr(below(other.size() + 1), below(200)));
                    break;
                }
                case 7:
                    if (below(4) == 0) text.resize(at);
                    break;
                default:
                    line_elsewhere(text);
                    break;
            }
            if (text.size() > longest) text.resize(longest);
        }
        return text;
    }

private:
    static constexpr std::size_t longest = 64 * 1024;

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>(chance_() % limit); }

    // One line is repeated in another place.
    void line_elsewhere(std::string& text) {
        const std::size_t from = text.rfind('\n', below(text.size() + 1)) + 1;  // 0 where there is none
        const std::size_t end = std::min(text.find('\n', from), text.size());
        const std::string line = text.substr(from, end - from) + "\n";
        text.insert(text.rfind('\n', below(text.size() + 1)) + 1, line);
    }

    std::mt19937_64 chance_;
    std::vector<std::string> words_;
};

}  // namespace slipway::fuzz
