"""The official hcloud CLI (package hcloud-cli) drives the simulator unchanged."""
import json
import os
import subprocess

from sim import Simulator, Skip, main, need_program, until


def hcloud(sim, *arguments, token="test-token", check=True):
    need_program("hcloud")
    environment = dict(os.environ, HCLOUD_TOKEN=token, HCLOUD_ENDPOINT=sim.url + "/v1", HOME=sim.directory)
    done = subprocess.run(["hcloud", *arguments], env=environment, capture_output=True, text=True, timeout=60)
    if check:
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done


def listed(sim, *arguments):
    return json.loads(hcloud(sim, *arguments, "list", "-o", "json").stdout)


def make_key(sim):
    need_program("ssh-keygen")
    path = os.path.join(sim.directory, "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a b", "-f", path], check=True)
    return path


def test_a_server_with_a_key_is_created_listed_described_and_deleted():
    with Simulator("--boot-ms", "300", "--create-ms", "100") as sim:
        key = make_key(sim)
        hcloud(sim, "ssh-key", "create", "--name", "mine", "--public-key-from-file", key + ".pub")
        shown = subprocess.run(["ssh-keygen", "-l", "-E", "md5", "-f", key + ".pub"], capture_output=True, text=True)
        assert listed(sim, "ssh-key")[0]["fingerprint"] == shown.stdout.split()[1][4:]

        made = hcloud(sim, "server", "create", "--name", "web1", "--type", "cx23", "--image", "ubuntu-24.04",
                      "--location", "nbg1", "--ssh-key", "mine", "--label", "env=test")
        assert "IPv4: " in made.stdout, made.stdout  # create waits for both actions
        servers = listed(sim, "server")
        assert [s["name"] for s in servers] == ["web1"], servers
        assert servers[0]["labels"] == {"env": "test"}
        until(lambda: listed(sim, "server")[0]["status"] == "running", what="running")
        assert "cx23" in hcloud(sim, "server", "describe", "web1").stdout
        assert json.loads(hcloud(sim, "server", "describe", "web1", "-o", "json").stdout)["location"]["name"] == "nbg1"

        hcloud(sim, "server", "delete", "web1")
        until(lambda: not listed(sim, "server"), what="no server")
        hcloud(sim, "ssh-key", "delete", "mine")
        assert not listed(sim, "ssh-key")


def test_errors_reach_the_user():
    with Simulator("--token", "good") as sim:
        bad = hcloud(sim, "server", "list", token="bad", check=False)
        assert bad.returncode != 0 and "(unauthorized)" in bad.stderr, bad.stderr
        create = ["server", "create", "--name", "a", "--type", "cx23", "--image", "debian-12", "--location", "nbg1"]
        hcloud(sim, *create, token="good")
        twice = hcloud(sim, *create, token="good", check=False)
        assert twice.returncode != 0 and "(uniqueness_error)" in twice.stderr, twice.stderr
        missing = hcloud(sim, "server", "describe", "nobody", token="good", check=False)
        assert missing.returncode != 0 and "not found" in missing.stderr, missing.stderr


def test_a_failed_action_is_reported():
    with Simulator("--create-ms", "50", "--fault", "create_action_fails=once") as sim:
        made = hcloud(sim, "server", "create", "--name", "a", "--type", "cx23", "--image", "debian-12", check=False)
        assert made.returncode != 0 and "action_failed" in made.stderr, (made.stdout, made.stderr)


def test_catalogue_labels_and_power():
    with Simulator("--boot-ms", "50", "--create-ms", "20") as sim:
        assert len(listed(sim, "image")) > 50 and len(listed(sim, "server-type")) > 25
        assert {l["name"] for l in listed(sim, "location")} >= {"fsn1", "nbg1", "hel1", "ash", "hil", "sin"}
        hcloud(sim, "server", "create", "--name", "a", "--type", "cpx22", "--image", "debian-12", "--location", "fsn1")
        hcloud(sim, "server", "add-label", "a", "role=web")
        assert hcloud(
            sim, "server", "list", "-l", "role=web", "-o", "noheader").stdout.strip()
        assert not hcloud(sim, "server", "list", "-l", "role=db", "-o", "noheader").stdout.strip()
        sim.wait_running("a")
        hcloud(sim, "server", "poweroff", "a")
        assert sim.server("a")["status"] == "off"
        hcloud(sim, "server", "poweron", "a")
        sim.wait_running("a")
        hcloud(sim, "server", "enable-protection", "a", "delete")
        kept = hcloud(sim, "server", "delete", "a", check=False)
        assert kept.returncode != 0 and "(protected)" in kept.stderr, kept.stderr


def test_networks_and_firewalls():
    with Simulator() as sim:
        hcloud(sim, "network", "create", "--name", "n", "--ip-range", "10.0.0.0/16")
        order = ["server", "create", "--name", "a", "--type", "cx23", "--image", "debian-12", "--location", "nbg1",
                 "--network", "n", "--firewall", "f"]
        hcloud(sim, "firewall", "create", "--name", "f")
        nowhere = hcloud(sim, *order, check=False)
        assert nowhere.returncode != 0 and "(invalid_input)" in nowhere.stderr, nowhere.stderr
        hcloud(sim, "network", "add-subnet", "n", "--type", "cloud", "--network-zone", "us-east", "--ip-range", "10.0.1.0/24")
        elsewhere = hcloud(sim, *order, check=False)
        assert "different network zone" in elsewhere.stderr, elsewhere.stderr
        hcloud(sim, "network", "add-subnet", "n", "--type", "cloud", "--network-zone", "eu-central")
        assert not listed(sim, "server")
        hcloud(sim, *order)  # waits for the attachment
        server = listed(sim, "server")[0]
        assert [net["ip"] for net in server["private_net"]] == ["10.0.0.2"], server
        assert server["public_net"]["ipv4"]["ip"], server
        network, = listed(sim, "network")
        assert network["servers"] == [server["id"]], network
        assert [s["network_zone"] for s in network["subnets"]] == ["us-east", "eu-central"], network
        firewall, = listed(sim, "firewall")
        assert firewall["applied_to"] == [{"type": "server", "server": {"id": server["id"]}}], firewall
        hcloud(sim, "network", "remove-subnet", "n", "--ip-range", "10.0.1.0/24")
        assert len(listed(sim, "network")[0]["subnets"]) == 1
        used = hcloud(sim, "firewall", "delete", "f", check=False)
        assert used.returncode != 0 and "(resource_in_use)" in used.stderr, used.stderr
        hcloud(sim, "server", "delete", "a")
        until(lambda: not listed(sim, "server"), what="no server")
        hcloud(sim, "firewall", "delete", "f")
        hcloud(sim, "network", "delete", "n")


main(globals())
