"""A browser that subscribes, and its push service: what they do is done by other code than ours."""

import base64
import json
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Browser:
    """A subscription, and what its owner reads of what is pushed."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def public(self):
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, **more):
        keys = {"p256dh": text(self.public), "auth": text(self.secret)}
        return {"endpoint": self.endpoint, "keys": keys, **more}

    def read(self, body):
        """What was pushed, by another implementation of the encryption."""
        data = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)
        return json.loads(data)


class PushService:
    """A push service that takes what is sent, or answers what a test says."""

    def __init__(self, context=None):
        self.answers = []  # (status, headers) of the next ones; then 201
        self.got = []
        self.arrived = threading.Condition()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with service.arrived:
                    status, headers = service.answers.pop(0) if service.answers else (201, {})
                    service.got.append((self.path, dict(self.headers), body))
                    service.arrived.notify_all()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def url(self):
        return f"https://localhost:{self.server.server_port}"

    def wait(self, number, timeout=60):
        """What was pushed, once it is so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= number, timeout), self.got
            return self.got

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def context_of(leaf):
    """TLS of a server that presents this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.chain, leaf.key)
    return context
