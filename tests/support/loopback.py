"""Networks of loopback addresses for tests that run beside each other: 127.N.0.0/16, one for each test program."""
import os
import socket

_held = []


def own_network():
    """"127.N", for this process alone for as long as it runs.

    What says so is a socket of an abstract name: it is there in the same network namespace as the addresses, and goes
    with the process, however that ends.
    """
    for step in range(200):
        network = f"127.{32 + (os.getpid() + step) % 200}"
        taken = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            taken.bind(f"\0slipway-test-network-{network}")
        except OSError:
            taken.close()
            continue
        _held.append(taken)
        return network
    raise RuntimeError("200 tests are running beside this one")
