#include "tools/hetzner-sim/injected_faults.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace slipway::sim {

namespace {

struct kind {
    const char* name;
    const char* method;  // the requests it is about where the spec names none
    const char* path;
    bool takes_ms;
    const char* text;
};

constexpr kind kinds[] = {
    {"lose_request", "", "/", false, "the connection drops; nothing was done"},
    {"lose_reply", "", "/", false, "the request is carried out, then the connection drops without an answer"},
    {"hang", "", "/", false, "nothing is done and no answer ever comes"},
    {"hang_after", "", "/", false, "the request is carried out and no answer ever comes"},
    {"delay", "", "/", true, "the request waits MS before it is looked at"},
    {"clock_behind", "", "/", true, "the answer's Date is MS behind this machine's clock"},
    {"status_402", "", "/", false, "402 payment required; nothing was done"},
    {"status_500", "", "/", false, "500 server_error; nothing was done"},
    {"status_502", "", "/", false, "502 with a proxy's HTML page; nothing was done"},
    {"status_503", "", "/", false, "503 unavailable; nothing was done"},
    {"status_504", "", "/", false, "504 timeout; nothing was done"},
    {"done_504", "", "/", false, "the request is carried out and answered with 504 timeout"},
    {"bad_json", "", "/", false, "the request is carried out; the answer's body is cut short"},
    {"rate_limited", "", "/", false, "429 rate_limit_exceeded"},
    {"unauthorized", "", "/", false, "401: the token was revoked"},
    {"forbidden", "", "/", false, "403 forbidden"},
    {"maintenance", "", "/", false, "403 maintenance"},
    {"conflict", "", "/", false, "409 conflict: repeat the request"},
    {"quota", "POST", "/servers$", false, "403 resource_limit_exceeded when a server is created"},
    {"unavailable", "POST", "/servers$", false, "412 resource_unavailable when a server is created"},
    {"placement_error", "POST", "/servers$", false, "422 placement_error when a server is created"},
    {"late_create", "POST", "/servers$", true, "the connection drops and the server appears MS later"},
    {"no_public_ip", "POST", "/servers$", false, "the server is created without a public IPv4"},
    {"create_action_fails", "POST", "/servers$", false, "the create_server action ends with an error"},
    {"start_action_fails", "POST", "/servers$", false,
     "the start_server action ends with an error; the server stays off"},
    {"never_running", "POST", "/servers$", false, "the server stays in 'starting' and never opens SSH"},
    {"locked", "DELETE", "/servers", false, "423 locked"},
    {"protected", "DELETE", "/servers", false, "423 protected"},
    {"vanish", "", "", false, "a server disappears at once, as if deleted by somebody else"},
    {"ssh_refuse", "", "", false, "SSH connections are refused (always) or reset (N, p)"},
    {"ssh_stall", "", "", false, "an SSH connection is accepted and stays silent"},
    {"ssh_close", "", "", false, "an SSH connection is accepted and closed"},
    {"ssh_wrong_host_key", "", "", false, "the SSH server shows another host key"},
    {"ssh_deny", "", "", false, "the SSH server refuses every key"},
    {"cloud_init_fails", "", "", false, "a new server's cloud-init ends with 'status: error'"},
    {"cloud_init_hangs", "", "", false, "a new server's cloud-init does not end"},
};

const kind* find_kind(const std::string& name) {
    const auto found = std::find_if(std::begin(kinds), std::end(kinds), [&](const kind& k) { return name == k.name; });
    return found == std::end(kinds) ? nullptr : &*found;
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t n = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (failed != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
    return n;
}

void set_path(fault& f, std::string path) {
    if (path.rfind("/v1/", 0) == 0) path.erase(0, 3);
    f.whole_path = !path.empty() && path.back() == '$';
    if (f.whole_path) path.pop_back();
    f.path = std::move(path);
}

bool set_when(fault& f, const std::string& when) {
    if (when == "always") return true;
    if (when == "once") {
        f.left = 1;
    } else if (when.size() > 1 && when[0] == 'p') {
        char* end = nullptr;
        f.probability = std::strtod(when.c_str() + 1, &end);
        return *end == '\0' && f.probability >= 0 && f.probability <= 1;
    } else {
        f.left = number(when);
        return f.left.has_value();
    }
    return true;
}

bool fits(const fault& f, const occasion& at) {
    if (f.left && *f.left == 0) return false;
    if (!at.method.empty()) {
        if (!f.method.empty() && f.method != at.method) return false;
        if (f.whole_path ? at.path != f.path : at.path.rfind(f.path, 0) != 0) return false;
    }
    return f.word.empty() || std::find(at.words.begin(), at.words.end(), f.word) != at.words.end();
}

}  // namespace

result<void> fault_set::add(const std::string& name, const std::string& spec) {
    const kind* k = find_kind(name);
    if (k == nullptr) return make_error(error_kind::usage, "there is no fault '" + name + "'; --help lists them");
    fault f;
    f.name = name;
    f.spec = spec;
    f.method = k->method;
    set_path(f, k->path);

    std::vector<std::string> parts;
    for (std::size_t start = 0;;) {
        const auto at = spec.find('@', start);
        parts.push_back(spec.substr(start, at == std::string::npos ? at : at - start));
        if (at == std::string::npos) break;
        start = at + 1;
    }
    std::string when = parts.front();
    if (k->takes_ms) {
        const auto colon = when.find(':');
        std::string ms = when.substr(0, colon);
        if (ms.size() > 2 && ms.substr(ms.size() - 2) == "ms") ms.resize(ms.size() - 2);
        const auto n = number(ms);
        if (!n)
            return make_error(error_kind::usage, "fault '" + name + "' needs milliseconds: " + name + "=250ms:once");
        f.ms = *n;
        when = colon == std::string::npos ? (name == "late_create" ? "once" : "always") : when.substr(colon + 1);
    }
    if (!set_when(f, when))
        return make_error(error_kind::usage, "'" + when + "' is not N, once, always or a probability such as p0.3");
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto slash = parts[i].find('/');
        if (slash == std::string::npos) {
            f.word = parts[i];
            continue;
        }
        f.method = parts[i].substr(0, slash);
        while (!f.method.empty() && f.method.back() == ' ') f.method.pop_back();
        set_path(f, parts[i].substr(slash));
    }
    faults_.push_back(std::move(f));
    return {};
}

std::optional<fault> fault_set::take(const std::string& name, const occasion& at) {
    for (auto& f : faults_) {
        if (f.name != name || !fits(f, at)) continue;
        if (f.probability < 1 && std::uniform_real_distribution<double>(0, 1)(random_) >= f.probability) continue;
        if (f.left) --*f.left;
        return f;
    }
    return std::nullopt;
}

bool fault_set::has(const std::string& name) const {
    return std::any_of(faults_.begin(), faults_.end(), [&](const fault& f) { return f.name == name; });
}

bool fault_set::standing(const std::string& name, const occasion& at) const {
    return std::any_of(faults_.begin(), faults_.end(),
                       [&](const fault& f) { return f.name == name && !f.left && f.probability >= 1 && fits(f, at); });
}

json fault_set::list() const {
    json rows = json::array();
    for (const auto& f : faults_) {
        json row = {{"name", f.name}, {"spec", f.spec}, {"left", nullptr}};
        if (f.left) row["left"] = *f.left;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string fault_set::help() {
    std::string text;
    for (const auto& k : kinds) {
        std::string name = k.name;
        if (k.takes_ms) name += "=MS";
        text += "  " + name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + k.text + "\n";
    }
    return text;
}

}  // namespace slipway::sim
