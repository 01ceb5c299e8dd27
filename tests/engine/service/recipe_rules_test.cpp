// Recipes as people have them: what the VM's shell would misread is refused before there is a VM, whoever orders it.
#include "engine/service/recipe_rules.hpp"
#include "tests/engine/service/fixture.hpp"

using namespace slipway;
using namespace slipway::test;
using fields = std::vector<std::string>;

namespace {

std::string why_not(const std::string& recipe) {
    const auto good = service::check_recipe(recipe);
    if (good) return "it can be run";
    CHECK(good.error().kind == error_kind::usage);
    return good.error().message;
}

const std::string from_windows = "set -e\r\ntouch /root/app\r\n";

}  // namespace

TEST_CASE("scripts are recipes, with any interpreter or none") {
    for (const std::string good : {"echo hello", "#!/bin/bash\necho hello\n", "#! /usr/bin/env python3\nprint(1)\n", "\n\necho\n",
                                   "# a comment\n#!/not/a/shebang\n", "printf 'one\\r\\n'\n", "echo J\xc3\xbcrgen\n",
                                   "printf '\x1b[1m'\n", "#include what you need\napt-get install -y nginx\n"})
        CHECK(why_not(good) == "it can be run");
    CHECK(why_not(std::string(65536, '#')) == "it can be run");
}

TEST_CASE("what the VM's shell would misread is refused, with the line and what to do") {
    CHECK_THAT(why_not(from_windows), contains("line 1 has a carriage return") && contains("sed -i 's/\\r$//'"));
    CHECK_THAT(why_not("#!/bin/bash\r\necho\r\n"), contains("line 1 has a carriage return"));
    CHECK_THAT(why_not("#!/bin/bash\r"), contains("line 1 has a carriage return"));
    CHECK_THAT(why_not("#!/bin/bash\necho one\necho two\r\n"), contains("line 3 has a carriage return"));
    CHECK_THAT(why_not("#cloud-config\npackages: [nginx]\n"), contains("line 1") && contains("#cloud-config") && contains("as commands"));
    CHECK_THAT(why_not("Content-Type: multipart/mixed; boundary=x\n"), contains("cloud-init"));
    CHECK_THAT(why_not("\xef\xbb\xbf#!/bin/bash\n"), contains("line 1 begins with a byte order mark"));
    CHECK_THAT(why_not("\n\n #!/bin/bash\n"), contains("line 3 has the #!"));
    CHECK_THAT(why_not("#!bash\n"), contains("line 1 names no program"));
    CHECK_THAT(why_not("#!\n"), contains("line 1 names no program"));
    CHECK_THAT(why_not("echo\necho J\xfcrgen\n"), contains("line 2 is no text in UTF-8"));
    CHECK_THAT(why_not(std::string("echo\n\0\n", 7)), contains("line 2 has a zero byte"));
    CHECK_THAT(why_not(" \n\t\r\n"), contains("it is empty"));
    CHECK_THAT(why_not(std::string(65537, '#')), contains("65537 bytes"));
}

TEST_CASE("a recipe from Windows is refused in an order, its plan, and an offering alike") {
    service_fixture f;
    auto vm = f.vm("web");
    vm.recipe = from_windows;
    CHECK(fields_of(f.ask(f.market->plan_vms(vm, f.from("cli:alice"))).error()) == fields{"recipe_script"});
    CHECK(fields_of(f.ask(f.market->request_vms(vm, f.from("cli:alice"))).error()) == fields{"recipe_script"});
    REQUIRE(f.put_provider("acme"));
    service::offering_input offering;
    offering.id = "small";
    offering.provider = "acme";
    offering.server_type = "cx23";
    offering.location = "nbg1";
    offering.image = "ubuntu-24.04";
    offering.recipe = from_windows;
    CHECK(fields_of(f.ask(f.market->put_offering(offering, f.from("operator"))).error()) == fields{"recipe_script"});
    CHECK(f.u.log.all_heads().empty());
}

TEST_CASE("an offering that was defined before recipes were checked sells nothing") {
    service_fixture f;
    REQUIRE(f.put_provider("acme"));
    auto record = f.put_offering("small").value();
    record.recipe = from_windows;
    REQUIRE(f.ask(f.registry.put_offering(record)));
    const auto refused = f.accept("c-1");
    CHECK(fields_of(refused.error()) == fields{"offering"});
    CHECK_THAT(refused.error().message, contains("line 1"));
    CHECK(f.u.log.all_heads().empty());
}
