"""The official Python client (package python3-hcloud) drives the simulator unchanged."""
from sim import Simulator, Skip, main, until

try:
    import hcloud
    from hcloud.images.domain import Image
    from hcloud.locations.domain import Location
    from hcloud.server_types.domain import ServerType
except ImportError:
    hcloud = None

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody"


def client_of(sim, token="test-token"):
    if hcloud is None:
        raise Skip("the Python module hcloud is not installed")
    return hcloud.Client(token=token, api_endpoint=sim.url + "/v1", poll_interval=1)


def test_a_server_is_created_waited_for_and_deleted():
    with Simulator("--boot-ms", "300", "--create-ms", "100") as sim:
        client = client_of(sim)
        key = client.ssh_keys.create(name="k", public_key=KEY)
        made = client.servers.create(name="web1", server_type=ServerType(name="cx23"),
                                     image=Image(name="ubuntu-24.04"), location=Location(name="nbg1"), ssh_keys=[key],
                                     labels={"managed-by": "test"}, user_data="#cloud-config\n{}")
        assert made.root_password is None
        made.action.wait_until_finished()
        for action in made.next_actions:
            action.wait_until_finished()
        until(lambda: client.servers.get_by_id(made.server.id).status == "running", what="running")
        assert client.servers.get_by_name("web1").public_net.ipv4.ip == made.server.public_net.ipv4.ip
        assert [s.name for s in client.servers.get_all(label_selector="managed-by=test")] == ["web1"]
        assert client.servers.get_all(label_selector="managed-by!=test") == []
        client.servers.delete(made.server).wait_until_finished()
        assert client.servers.get_all() == []
        assert client.ssh_keys.get_by_fingerprint(key.fingerprint).name == "k"
        assert client.ssh_keys.delete(key) and client.ssh_keys.get_all() == []


def test_it_reads_all_pages_of_more_than_50_images_and_25_types():
    with Simulator() as sim:
        client = client_of(sim)
        images = client.images.get_all()
        assert len(images) > 50 and len({i.id for i in images}) == len(images), len(images)
        pages = [r["path"] for r in sim.requests() if r["path"].startswith("/v1/images")]
        assert len(pages) > 1, pages
        assert len(client.images.get_all(include_deprecated=True)) > len(images)
        assert len(client.server_types.get_all()) > 25
        first, meta = client.images.get_list(per_page=10)
        assert len(first) == 10 and meta.pagination.next_page == 2 and meta.pagination.previous_page is None


def test_errors_are_the_client_s_exceptions():
    with Simulator("--token", "good") as sim:
        for token, call, code in [
                ("bad", lambda c: c.servers.get_all(), "unauthorized"),
                ("good", lambda c: c.servers.get_by_id(1), "not_found"),
                ("good", lambda c: c.servers.create(name="no_good", server_type=ServerType(name="cx23"),
                                                    image=Image(name="debian-12")), "invalid_input"),
                ("good", lambda c: c.servers.create(name="a", server_type=ServerType(name="cx53"),
                                                    image=Image(name="debian-12"), location=Location(name="fsn1")),
                 "resource_unavailable"),
        ]:
            try:
                call(client_of(sim, token))
                raise AssertionError(f"no exception, {code} expected")
            except hcloud.APIException as e:
                assert e.code == code, (e.code, code)


main(globals())
