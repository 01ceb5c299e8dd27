// Lets the client make every request that it can make, answers each with what is given on the standard input, and
// prints them: one JSON object {"method", "target", "body", "error"} a line. For openapi_test.py, which holds them
// against Hetzner's own description. Input: one JSON object, "METHOD /path/template" to the answer's body.
#include "adapters/hetzner/client.hpp"
#include "tests/adapters/hetzner/scripted_http.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <iterator>

using namespace slipway;
using namespace slipway::hetzner;
using nlohmann::json;

namespace {

// "/v1/servers/7?x=y" -> "/servers/{id}"
std::string path_template(const std::string& target) {
    std::string path = target.substr(3, target.find('?') == std::string::npos ? target.npos : target.find('?') - 3);
    const auto last = path.rfind('/');
    if (last + 1 < path.size() && path.find_first_not_of("0123456789", last + 1) == path.npos)
        path = path.substr(0, last) + "/{id}";
    return path;
}

struct recorder {
    json answers = json::parse(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    test::fake_clock clock;
    std::shared_ptr<test::scripted_http> http =
        std::make_shared<test::scripted_http>(clock, [this](const net::http_request& request) -> net::http_result {
            const auto key = request.method + " " + path_template(request.target);
            if (!answers.contains(key)) return test::answer(200, "{}");
            return test::answer(request.method == "POST" ? 201 : 200, answers[key].dump());
        });
    client project{http, "/v1", secret("token"), clock};

    template <class T>
    void run(boost::asio::awaitable<cloud_result<T>> work) {
        const auto first = http->requests.size();
        const auto done = test::start(clock, std::move(work));
        clock.advance_until([&] { return done->ended; }, std::chrono::minutes(10));
        std::string wrong;
        if (!done->ended)
            wrong = "did not end";
        else if (done->value->has_error())
            wrong = done->value->error().message;
        for (auto i = first; i < http->requests.size(); ++i) {
            json line;
            line["method"] = http->requests[i].request.method;
            line["target"] = http->requests[i].request.target;
            line["body"] = http->requests[i].request.body;
            line["error"] = wrong;
            std::cout << line.dump() << "\n";
        }
    }
};

}  // namespace

int main() {
    recorder r;
    new_ssh_key key;
    key.name = "alice's key";
    key.public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVwMdGVO5bHtAoZaj0bvcBfGkPbEZ0V6pXH9Zs8mJ0a alice";
    r.run(r.project.create_ssh_key(key));
    key.labels["managed-by"] = "slipway";
    r.run(r.project.create_ssh_key(key));
    r.run(r.project.find_ssh_key("b7:2f:30:a0:2f:6c:58:6c:21:04:58:61:ba:06:3b:2f"));
    r.run(r.project.delete_ssh_key(9007199254740991));

    new_server least;
    least.name = "web1";
    least.server_type = "cx23";
    least.image_id = 1;
    r.run(r.project.create_server(least));
    new_server most = least;
    most.location = "nbg1";
    most.image_id = 9007199254740991;
    most.ssh_keys = std::vector<std::int64_t>{1, 9007199254740991};
    most.networks = std::vector<std::int64_t>{4711};
    most.firewalls = std::vector<std::int64_t>{38, 9007199254740991};
    most.user_data = "#cloud-config\n# \xc3\xa4\n";
    most.labels["managed-by"] = "slipway";
    most.labels["slipway-stream"] = "01935c2e-7b1a-7cde-8f00-0123456789ab";
    r.run(r.project.create_server(most));
    r.run(r.project.find_server("web1"));
    r.run(r.project.list_servers("managed-by=slipway,slipway-install in (a,b)"));
    r.run(r.project.delete_server(42));
    r.run(r.project.wait_for(std::vector<std::int64_t>(1, r.answers.value("action", std::int64_t{1}))));
    r.run(r.project.catalog());
    for (const char* kind : {"networks", "firewalls", "ssh_keys"}) r.run(r.project.list_resources(kind));
    return 0;
}
