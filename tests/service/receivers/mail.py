"""A real mail server, aiosmtpd: prints each mail that it takes as one line of JSON.

Arguments: plain, starttls or implicit; a certificate and its key; a user and a password, without
which no mail is taken where they are not empty. The first line is the port.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

MODE, CERTIFICATE, PRIVATE_KEY, USER, PASSWORD = sys.argv[1:]


def body(message, kind):
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else None


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or MODE == "implicit",
            "login": session.auth_data.login.decode() if session.auth_data else None,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "text": body(message, "plain"),
            "html": body(message, "html"),
        }
        print(json.dumps(told), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, auth_data):
    is_known = (auth_data.login.decode(), auth_data.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=is_known, handled=False, auth_data=auth_data)


async def main():
    settings, over_tls = {}, None
    if MODE != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, PRIVATE_KEY)
        if MODE == "starttls":
            settings.update(tls_context=context, require_starttls=True)
        else:
            over_tls = context
    if USER:
        settings.update(authenticator=authenticate, auth_required=True, auth_require_tls=MODE == "starttls")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Mailbox(), **settings), "127.0.0.1", 0, ssl=over_tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
