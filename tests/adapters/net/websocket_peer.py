"""A WebSocket server for websocket_peer_test.cpp, written by somebody else: python3-websockets.

    websocket_peer.py [CERTIFICATE KEY]      with them wss, else ws

Prints "port N", or "missing" where the module is not installed, and ends when its input does. It answers each text as
the first word says, else with the text itself; "last" tells how the connection before this one ended.
"""
import asyncio
import os
import ssl
import sys

try:
    import websockets
except ImportError:
    print("missing", flush=True)
    sys.exit(0)

live = set()
ended = []
changed = asyncio.Event()


async def answer(connection, text):
    word, _, rest = text.partition(" ")
    if word == "path":
        request = getattr(connection, "request", None)
        await connection.send(request.path if request else connection.path)
    elif word == "ping":
        await (await connection.ping("are you there"))
        await connection.send("pong")
    elif word == "fragments":
        await connection.send([rest[i:i + 3] for i in range(0, len(rest), 3)])
    elif word == "bytes":
        await connection.send(b"bytes")
    elif word == "close":
        code, _, reason = rest.partition(" ")
        await connection.close(int(code), reason)
    elif word == "drop":
        connection.transport.abort()
    elif word == "last":
        while len(live) > 1:  # the one before has still to notice
            changed.clear()
            await changed.wait()
        await connection.send(ended[-1])
    else:
        await connection.send(text)


async def serve(connection):
    live.add(connection)
    try:
        async for text in connection:
            await answer(connection, text)
    except websockets.ConnectionClosed:
        pass  # as the test wanted
    finally:
        await connection.wait_closed()
        ended.append(f"{connection.close_code} {connection.close_reason}")
        live.remove(connection)
        changed.set()


async def main(certificate=None, key=None):
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
    async with websockets.serve(serve, "127.0.0.1", 0, ssl=tls, max_size=200_000, close_timeout=5) as server:
        sockets = getattr(server, "sockets", None) or server.server.sockets
        print("port", sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        os._exit(0)  # no goodbyes to connections that the test has left


asyncio.run(main(*sys.argv[1:]))
