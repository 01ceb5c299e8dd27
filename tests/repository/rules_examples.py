"""Made-up files for each rule of rules.py, by the name of its function: such that must not pass, such that must.

A rule over one file gets (path, text) pairs, a rule over all files whole little repositories.
"""

EXAMPLES = {
    "arrows": ((
        ("engine/runtime/a.cpp", '#include "adapters/net/tls.hpp"\n'),
        ("engine/model/a.hpp", '#include "engine/ports/clock.hpp"\n'),
        ("engine/ports/a.hpp", '#include "engine/runtime/engine.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "tests/support/catch.hpp"\n'),
        ("adapters/hetzner/a.cpp", '#include "../net/tls.hpp"\n'),
        ("subprojects/sml/include/sml/a.hpp", '#include "engine/model/error.hpp"\n'),
        ("tools/slipway-log/a.cpp", '#include "tools/hetzner-sim/world.hpp"\n'),
    ), (
        ("adapters/hetzner/a.cpp", '#include "adapters/net/tls.hpp"\n#include "engine/ports/cloud.hpp"\n'),
        ("adapters/cli/a.cpp", '#include "adapters/ssh/session.hpp"\n'),
        ("engine/runtime/a.cpp", '#include "engine/machines/vm.hpp"\n#include <sml/sml.hpp>\n'),
    )),
    "purity": ((
        ("engine/model/a.hpp", "#include <boost/asio/awaitable.hpp>\n"),
        ("engine/machines/a.cpp", "#include <mutex>\n"),
        ("engine/model/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/model/a.cpp", "#include <sqlite3.h>\n"),
        ("subprojects/sml/include/sml/a.hpp", "#include <thread>\n"),
    ), (
        ("engine/model/a.cpp", '#include <chrono>\n#include <string>\n// not a call: system_clock::now()\n'),
    )),
    "engine_clock": ((
        ("engine/runtime/a.cpp", "auto t = std::chrono::system_clock::now();\n"),
        ("engine/runtime/a.cpp", "std::random_device d;\n"),
    ), (
        ("engine/runtime/a.cpp", "auto t = clock.now();\n"),
    )),
    "banned_calls": ((
        ("engine/a.cpp", 'std::system("ls");\n'), ("tests/a.cpp", 'auto f = popen("ls", "r");\n'),
        ("adapters/a.cpp", "strcpy(a, b);\n"), ("adapters/a.cpp", "sprintf(a, b);\n"),
        ("adapters/a.cpp", "int x = std::rand();\n"), ("adapters/a.cpp", "int x = atoi(s);\n"),
    ), (
        ("adapters/a.cpp", 'boost::system::error_code e; std::snprintf(a, 3, "strcpy("); x.system(); operand(3);\n'),
    )),
    "raw_new": ((
        ("engine/a.cpp", "auto* p = new thing(1);\n"), ("engine/a.cpp", "delete p;\n"),
        ("engine/a.cpp", "auto* p = new std::string;\n"), ("engine/a.cpp", "delete[] p;\n"),
    ), (
        ("engine/a.cpp", "return std::unique_ptr<log>(new log(std::move(x)));\n"),
        ("engine/a.cpp", "std::unique_ptr<log> out(new log);\n"),
        ("engine/a.cpp", 'a(const a&) = delete;\n// a new thing\nconst char* s = "new thing";\nint n = new_size;\n'),
    )),
    "sleeping": ((
        ("tests/a.cpp", "std::this_thread::sleep_for(1s);\n"), ("engine/a.cpp", "usleep(5);\n"),
        ("engine/a.cpp", "f(); sleep(1);\n"),
        ("tests/a.py", "time.sleep(2)\n"), ("tests/a.cpp", "usleep(200'000);\n"),
        ("adapters/a.cpp", "std::this_thread::sleep_for(5ms);\n"),
    ), (
        ("tests/a.cpp", 'co_await clock.sleep(d); const char* recipe = "sleep(3)"; // sleep_for(1s)\n'),
        ("tests/a.py", "time.sleep(0.02)\n"),
        ("tests/a.cpp", "::usleep(10'000);\nstd::this_thread::sleep_for(5ms);\nco_await sleep_until(timer, t);\n"),
    )),
    "host_keys": ((
        ("tools/a", "#!/bin/bash\nssh -o StrictHostKeyChecking=no x\n"),
        ("adapters/a.cpp", 'args.push_back("UserKnownHostsFile=/dev/null");\n'),
    ), (
        ("tools/a", "ssh -o StrictHostKeyChecking=yes x\n"),
    )),
    "fixed_ports": ((
        ("tests/a.cpp", "acceptor a(io, tcp::endpoint(address, 8080));\n"), ("tests/a.py", 's.bind(("", 8080))\n'),
        ("tests/a.py", '["--listen", x]; "--listen 127.0.0.1:8080"\n'),
    ), (
        ("tests/a.cpp", 'tcp::endpoint(address, 0); CHECK(parse("http://localhost:8080").port == 8080);\n'),
    )),
    "length": ((
        ("engine/a.cpp", "int x;\n" * 401),
    ), (
        ("engine/a.cpp", "int x;\n" * 400),
    )),
    "left_over": ((
        ("engine/a.cpp", "// TODO: later\n"), ("tools/a", "# FIXME\n"),
    ), (
        ("tools/a", "mktemp -d slipway.XXXXXX\n"),
    )),
    "own_machine": ((
        ("engine/a.cpp", 'auto p = "/home/anna/slipway";\n'), ("README.md", "see /builds/main\n"),
    ), (
        ("engine/a.cpp", 'auto p = "/home/user/.ssh"; auto q = "/root/.ssh/authorized_keys"; // clone/builds/x\n'),
    )),
    "header_opening": ((
        ("engine/a.hpp", "#pragma once\n"), ("engine/a.hpp", "// What it is.\nint x;\n"),
    ), (
        ("engine/a.hpp", "// What it is.\n#pragma once\n"),
    )),
    "catch_by_the_shim": ((
        ("tests/a.cpp", "#include <catch2/catch.hpp>\n"),
    ), (
        ("tests/a.cpp", '#include "tests/support/catch.hpp"\n'),
    )),
    "shell_script": ((
        ("tools/run", "#!/bin/bash\nls\n"),
    ), (
        ("tools/run", "#!/bin/bash\nset -euo pipefail\n"),
    )),
    "wired": ((
        {"meson.build": "subdir('a')", "a/meson.build": "x('b.cpp')", "a/b.cpp": "", "a/c.cpp": ""},
        {"meson.build": "", "a/meson.build": "x('b.cpp')", "a/b.cpp": ""},
        {"meson.build": "subdir('tests')", "tests/meson.build": "", "tests/a_test.py": ""},
    ), (
        {"meson.build": "subdir('a/b')", "a/b/meson.build": "x('c.cpp', 'd/e.cpp')", "a/b/c.cpp": "", "a/b/d/e.cpp": ""},
        {"meson.build": "foreach n : ['b']  x('a' / n + '.cpp')", "a/b.cpp": ""},
    )),
    "migrations": ((
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0003_third.sql": ""},
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0001_again.sql": ""},
        {"schema/sqlite/first.sql": ""},
    ), (
        {"schema/sqlite/0001_first.sql": "", "schema/sqlite/0002_second.sql": "", "schema/postgres/0001_first.sql": ""},
    )),
}
