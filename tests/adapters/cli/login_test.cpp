// What is recorded of a VM is looked at before ssh, a file's name or a line of a file is made of it.
#include "adapters/cli/login.hpp"
#include "tests/support/catch.hpp"

using namespace slipway;
using namespace slipway::cli;

namespace {

const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIdGLBM9mu1RSNQR4Yc8kLEmlJ5petYN5l2cgTjD/aB7";

vm_view active() {
    vm_view vm;
    vm.stream.text = "01a21a1c-99ad-7434-abd9-9838e90c9851";
    vm.state.data.address = "203.0.113.7";
    vm.state.data.host_keys = {key + " made on the VM"};
    return vm;
}

}  // namespace

TEST_CASE("a VM is logged in to at its address, with its host keys and without their comments") {
    vm_view vm = active();
    const auto there = login_of(vm);
    REQUIRE(there);
    CHECK(there->id == vm.stream.text);
    CHECK(there->address == "203.0.113.7");
    CHECK(there->host_keys == std::vector<std::string>{key});
    vm.state.data.address = "2001:db8::1";
    CHECK(login_of(vm));
}

TEST_CASE("what is no id, no address or no key is not used") {
    for (const char* id : {"/../../../.ssh/authorized_keys", "", "x", "01a21a1c-99ad-7434-abd9-9838e90c985/"}) {
        vm_view vm = active();
        vm.stream.text = id;
        CHECK_FALSE(login_of(vm));
    }
    for (const char* address : {"", "-oProxyCommand=touch /tmp/x", "1.2.3.4 cert", "1.2.3.4\n- evil", "example.org"}) {
        vm_view vm = active();
        vm.state.data.address = address;
        CHECK_FALSE(login_of(vm));
    }
    for (const std::string& line : {key + "\n* " + key, "@cert-authority * " + key, std::string("ssh-ed25519 AAAA"), std::string()}) {
        vm_view vm = active();
        vm.state.data.host_keys.push_back(line);
        CHECK_FALSE(login_of(vm));
    }
}
