"""A port that leads to another one, as a cable does that can be cut: what is sent meanwhile is held back and arrives late, as
in a network that has lost its way for a while and finds it again."""
import socket
import threading


class Cable:
    def __init__(self, port):
        self.to = port
        self.intact = threading.Event()
        self.intact.set()
        self.unplugged = False
        self.lock = threading.Lock()
        self.waiting = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self.intact.clear()

    def mend(self):
        self.intact.set()

    def unplug(self):
        """Nobody listens there any more: who comes is refused, as by a machine whose server has gone."""
        self.mend()
        if not self.unplugged:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.unplugged = True

    def holds(self, text):
        """Whether this is in what has been sent and has not arrived."""
        with self.lock:
            return any(text in data for data in self.waiting)

    def _accept(self):
        while not self.unplugged:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:  # it is being restarted
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while data := one.recv(65536):
                if not self.intact.is_set():
                    with self.lock:
                        self.waiting.append(data)
                    self.intact.wait()
                    with self.lock:
                        self.waiting.remove(data)
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
