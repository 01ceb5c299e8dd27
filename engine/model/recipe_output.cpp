#include "engine/model/recipe_output.hpp"

namespace slipway {

namespace {

constexpr std::string_view before_output = "; its last output:";

}  // namespace

std::string with_output(std::string message, std::string_view output) {
    if (!output.empty()) message.append(before_output).append(1, '\n').append(output);
    return message;
}

std::string cut_output(std::string& message) {
    const std::size_t end = message.find(before_output);
    if (end == std::string::npos) return {};
    std::size_t begin = end + before_output.size();
    if (begin < message.size() && (message[begin] == '\n' || message[begin] == ' ')) ++begin;
    std::string output = message.substr(begin);
    if (output.empty()) return {};
    message.resize(end);
    return output;
}

std::string_view first_line(std::string_view message) {
    return message.substr(0, message.find('\n'));
}

}  // namespace slipway
