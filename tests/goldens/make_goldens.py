#!/usr/bin/env python3
"""Makes golden logs (README.md) with the programs of a build: SLIPWAY_BUILD=build make_goldens.py DIRECTORY

Files that are there already stay as they are. Runs for about two minutes.
"""
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))

from harness import TOKEN, Home, Sim  # noqa: E402
from house import SEALING_KEY, Daemon  # noqa: E402

GOOD = "#!/bin/sh\necho installing\necho done ✓\n"
BAD = "#!/bin/sh\necho the disk is on fire >&2\nexit 3\n"


def key_in(directory, name):
    path = os.path.join(directory, name)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somebody", "-f", path], check=True)
    return path + ".pub"


def unprotect(sim):
    sim.clear_faults()
    for server in sim.servers():
        if server["protection"]["delete"]:
            sim.call("POST", f"/v1/servers/{server['id']}/actions/change_protection", {"delete": False, "rebuild": False})


def vms():
    """VMs from the command line: each way to the end, and each thing that goes wrong on it."""
    sim = Sim()
    home = Home(sim, SLIPWAY_SSH_TIMEOUT_SECS="20")
    good, bad = home.write("good.sh", GOOD), home.write("bad.sh", BAD)

    def create(name, *options, code=0, **more):
        done = home.slipway("server", "create", name, *options, **more)
        assert done.code == code, f"{name}: {done}\n{home.log_text()}"

    def delete(name, code=0):
        done = home.slipway("server", "delete", name)
        assert done.code == code, f"{name}: {done}\n{home.log_text()}"

    create("web1", "--recipe", good, "--label", "for=tests")
    create("web2")  # shares web1's key
    delete("web2")
    create("own-key", "--ssh-key", key_in(home.directory, "other"), "--location", "nbg1,fsn1")
    delete("own-key")
    sim.fault("unavailable", "always@nbg1")
    create("sold-out", "--location", "nbg1,fsn1")
    sim.clear_faults()
    sim.fault("lose_reply", "once@POST /servers")
    create("found-again")
    sim.call("POST", "/v1/servers", {"name": "taken", "server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1"})
    create("taken")
    sim.fault("status_503", "1@POST /servers")
    sim.fault("locked", "1@DELETE /servers")
    create("busy")
    delete("busy")
    create("recipe-fails", "--recipe", bad, code=1)
    delete("recipe-fails", code=4)  # nothing is left: refused
    for name in ("leaks", "leaks-and-ends"):
        sim.fault("protected", "always")
        create(name, "--recipe", bad, code=1)
        unprotect(sim)
    delete("leaks-and-ends")
    for name in ("stuck", "stuck-and-ends"):
        create(name)
        sim.fault("protected", "always")
        delete(name, code=1)
        unprotect(sim)
    delete("stuck-and-ends")
    assert home.slipway("audit").code in (0, 1)
    text = home.log("export").stdout
    sim.close()
    home.close()
    return text


def contracts():
    """Contracts of a marketplace: the commercial ends, expiry by the clock, refusals, audits."""
    sim = Sim()
    house = Daemon(sim, SLIPWAY_SSH_TIMEOUT_SECS="20").start()
    house.provider()
    house.offering(recipe=GOOD)
    house.offering("broken", recipe=BAD)
    house.must(200, "POST", "/v1/audit")
    for name in ("active", "cancelled", "unpaid", "stuck", "stuck-and-ends"):
        house.contract(name)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 8))
    house.contract("expired", expires_at=stamp)
    house.contract("expires-late", expires_at="2099-12-31T00:00:00Z")
    for name in ("active", "cancelled", "unpaid", "stuck", "stuck-and-ends", "expires-late"):
        house.wait(name, "active")
    house.end("cancelled", "cancel")
    house.end("unpaid", "payment-failed")
    house.contract("broken", offering="broken")
    house.wait("broken", "failed")
    for name in ("cancelled", "unpaid", "expired"):
        house.wait(name, "terminated")
    assert house.api("POST", "/v1/contracts/cancelled/cancel").status == 409
    sim.fault("protected", "always")
    for name in ("leaks", "leaks-and-ends"):
        house.contract(name, offering="broken")
        house.wait(name, "failed")
    for name in ("stuck", "stuck-and-ends"):
        house.end(name)
        house.wait(name, "termination_failed")
    house.must(200, "POST", "/v1/audit")
    unprotect(sim)
    for name in ("leaks-and-ends", "stuck-and-ends"):
        house.end(name, "retry-termination")
        house.wait(name, "terminated")
    text = finish(house)
    sim.close()
    return text


def finish(house):
    assert house.stop() == 0
    text = house.slipway_log("export").stdout
    house.close()
    return text


def in_flight():
    """What killed programs leave: a VM in each state on the way up, and on the ways down."""
    sim = Sim()
    home = Home(sim, SLIPWAY_SSH_TIMEOUT_SECS="20")
    bad = home.write("bad.sh", BAD)
    for appends in range(1, 8):
        home.slipway("server", "create", f"up{appends}", SLIPWAY_CRASH=f"after:{appends}")
    for appends in (6, 7):
        home.slipway("server", "create", f"back{appends}", "--recipe", bad, SLIPWAY_CRASH=f"after:{appends}")
    for appends in (1, 2):
        assert home.slipway("server", "create", f"down{appends}").code == 0
        home.slipway("server", "delete", f"down{appends}", SLIPWAY_CRASH=f"after:{appends}")
    # A request whose outcome is not known yet, and a plan to try again.
    sim.fault("late_create", "60000ms:once")
    home.slipway("server", "create", "unknown", SLIPWAY_CRASH="after:4")
    sim.fault("status_503", "once@POST /servers")
    home.slipway("server", "create", "waits", SLIPWAY_CRASH="after:4")
    text = home.log("export").stdout
    sim.close()
    home.close()
    return text


def shortcomings():
    """VMs whose recipe closed SSH and ended well, cut off at each append: active, with what is missing or was not learnt."""
    sim = Sim()
    home = Home(sim, SLIPWAY_SSH_TIMEOUT_SECS="20", SLIPWAY_RECIPE_TIMEOUT_SECS="2")
    config = "/etc/ssh/sshd_config"
    closes = home.write("closes.sh", f"#!/bin/sh\n{{ echo 'PermitRootLogin no'; cat {config}; }} >/root/new && "
                                     f"mv /root/new {config}\necho closed\n")
    for appends in range(6, 10):
        for moment in ("before", "after"):
            home.slipway("server", "create", f"{moment}{appends}", "--recipe", closes, SLIPWAY_CRASH=f"{moment}:{appends}")
    assert home.slipway("server", "resume").code == 0
    assert home.slipway("server", "create", "whole", "--recipe", closes).code == 0
    assert home.slipway("server", "delete", "after6").code == 0
    text = home.log("export").stdout
    for word in ('"missing":[{', '"unknown":"'):
        assert word in text, f"{word} is not in\n{text}"
    sim.close()
    home.close()
    return text


def main(directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for life in (vms, contracts, in_flight, shortcomings):
        path = directory / f"{life.__name__}.jsonl"
        if path.exists():
            continue
        text = life()
        assert text.count("\n") > 20, text
        for secret in (TOKEN, SEALING_KEY, "PRIVATE KEY"):
            assert secret not in text
        path.write_text(text, encoding="utf-8")
        print(path, text.count("\n"), "lines")


if __name__ == "__main__":
    main(sys.argv[1])
