"""The HTTP side of a fake Discord (fake_discord.py): connections, faults, limits, what is official, then rest_routes.py."""
import http.server
import json
import re
import threading
import time
import urllib.parse

from rest_faults import Refused
from rest_routes import ROUTES


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # connections that break off are what some tests are about


class RestServer:
    def __init__(self, fake, tls, address):
        self.fake = fake
        self.table = [(re.compile(re.sub(r"\{\w*_token\}", "([^/]+)", re.sub(r"\{\w*_id\}", r"(\\d+)", path))), path, verbs)
                      for path, verbs in ROUTES]
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer is one write
            disable_nagle_algorithm = True

            def answer(self):
                outer.serve(self)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = Server(address, Handler)
        if tls:
            self.server.socket = tls.server_context().wrap_socket(self.server.socket, server_side=True,
                                                                  do_handshake_on_connect=False)
        host = "localhost" if tls else "127.0.0.1"
        self.base = f"{'https' if tls else 'http'}://{host}:{self.server.server_port}/api/v10"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler):
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        path, _, query = handler.path.partition("?")
        try:
            self.fake.rules.check_request(handler.command, path, handler.headers, raw)
            status, out, headers = self._carry_out(handler, path, query, raw)
        except ConnectionAbortedError:
            handler.close_connection = True
            return
        except Refused as refused:
            status, out, headers = refused.status, refused.body, refused.headers
        self.fake.limits.answered(status)
        text = out.encode() if isinstance(out, str) else b"" if out is None else json.dumps(out).encode()
        # An empty answer with a type is read as JSON by both official clients.
        described = {"Content-Type": "application/json", "Content-Length": str(len(text))} if text else {}
        handler.send_response(status)
        for name, value in {**described, **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)
        handler.wfile.flush()

    def _carry_out(self, handler, path, query, raw):
        if not path.startswith("/api/v10/"):
            self.fake.rules.broken(f"{handler.command} without a version of the API")
            raise Refused(404, 0, "404: Not Found")
        path = path[len("/api/v10"):]
        for pattern, template, verbs in self.table:
            match = pattern.fullmatch(urllib.parse.unquote(path))
            if match:
                break
        else:
            self.fake.rules.broken(f"{handler.command} of what the fake does not know: {re.sub('[0-9]{5,}', '…', path)[:60]}")
            raise Refused(404, 0, "404: Not Found")
        if handler.command not in verbs:
            self.fake.rules.broken(f"{handler.command} {template}, where there is no such")
            raise Refused(405, 0, "405: Method Not Allowed")
        route = self.fake.routes.route(verbs[handler.command], match.groups())
        return self._as_route(route, handler, template, match.groups(), query, raw)

    def _as_route(self, route, handler, template, arguments, query, raw):
        fake = self.fake
        with fake.lock:
            fake.requests.append((time.monotonic(), handler.command, template))
        authorization = handler.headers.get("Authorization")
        if not route.with_token and authorization != f"Bot {fake.token}":
            raise Refused(401, 0, "401: Unauthorized")
        where = (route.bucket, arguments[route.major] if arguments else "")
        headers = fake.limits.take(*where, handler.client_address)
        faulty, kinds = fake.faulty, route.kinds
        if faulty.any(kinds, "reset"):
            raise ConnectionAbortedError
        faulty.before(kinds, fake.limits, where, handler.client_address)
        if faulty.any(kinds, "late"):
            faulty.take_long()
        body = self._body(handler.command, template, raw)
        with fake.lock:
            status, out = getattr(fake.routes, route.name)(body, *arguments)
            text = json.dumps(out)
        if route.name == "callback" and "with_response=true" in query:
            status, out = fake.routes.callback_response(*arguments)
            text = json.dumps(out)
        elif route.name == "notify" and "wait=true" not in query:
            status, out, text = 204, None, "null"
        fake.rules.check_own(template, handler.command, status, json.loads(text))
        if faulty.any(kinds, "lost"):
            raise ConnectionAbortedError
        if faulty.any(kinds, "slow"):
            faulty.take_long()
        return status, None if out is None else text, headers

    def _body(self, method, template, raw):
        if not raw:
            return None
        try:
            body = json.loads(raw)
        except ValueError:
            self.fake.rules.broken(f"{method} {template}: a body that is not JSON")
            raise Refused(400, 50109, "The request body contains invalid JSON.") from None
        self.fake.rules.check_body(template, method, body)
        return body
