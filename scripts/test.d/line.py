"""The registration of a sipp, which can't answer calls and register itself in one scenario."""

import contextlib
import socket
import threading

from server import password_of
from sip import Phone
from sipp import Sipp
from stage import expect, free_port


def answering(stage, scenario, server, link, user, q=None, **options):
    """A sipp that waits for calls, registered as a phone would: from its own port, or by a connection that stays."""
    port = free_port()
    contact = f"<sip:{user}@{link.bracketed}:{port};transport={link.transport}>" + (f";q={q}" if q else "")
    if link.transport == "udp":
        with Phone(link, server, port) as phone:
            register(phone, user, contact)
        return Sipp.listening(stage, scenario, server, link, user=user, port=port, **options)
    sipp = Sipp.listening(stage, scenario, server, link, user=user, port=port, **options)
    phone = Phone(link, server)
    register(phone, user, contact)
    join(phone.socket, sipp)
    return sipp


def register(phone, user, contact, expires=300, **options):
    """Binds a contact."""
    response = phone.request_with_password(
        "REGISTER", "sip:localhost", user, password_of(user), to=f"sip:{user}@localhost", contact=contact,
        headers=[f"Expires: {expires}"], **options)
    expect(response.status == 200, f"REGISTER of {user} got {response.start_line}")


def join(connection, sipp):
    """Passes on what comes by one connection to a new one to this sipp, and the other way, until either ends."""
    other = socket.create_connection((sipp.link.host, sipp.port), timeout=5)
    for source, sink in [(connection, other), (other, connection)]:
        source.settimeout(None)
        threading.Thread(target=pump, args=(source, sink), daemon=True).start()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
