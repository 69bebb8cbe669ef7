"""Takes webhooks, lets the standard's own library verify them, and prints each as one line of JSON.

Arguments: a certificate and its key, or two dashes for plain HTTP, and the keys that are tried.
The first line is the port.
"""

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


def verifies(key, body, headers):
    try:
        Webhook(key).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


class Receiver(BaseHTTPRequestHandler):
    keys = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode("utf-8")
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = {
            "verified": [verifies(key, body, headers) for key in self.keys],
            "changed": [verifies(key, body.replace("{", "{ ", 1), headers) for key in self.keys],
            "id": headers.get("webhook-id"),
            "type": headers.get("content-type"),
            "body": json.loads(body),
        }
        print(json.dumps(told), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def main():
    certificate, private_key, *Receiver.keys = sys.argv[1:]
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    if certificate != "-":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
