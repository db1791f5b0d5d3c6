"""Leaking: out of the sandbox, or onto somebody's screen."""

from attack import *  # the names that an attacker knows


@attack("TCP")
def tcp():
    import socket

    socket.create_connection(("127.0.0.1", PORT), 2).send(b"x")
    return "connected"


@attack("UDP")
def udp():
    import socket

    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT))
    return "sent"


@attack("a name to look up")
def a_name_to_look_up():
    import socket

    return socket.getaddrinfo("example.org", 80)


@attack("a Unix socket")
def a_unix_socket():
    import socket

    socket.socket(socket.AF_UNIX).connect(f"{OUT}/socket")
    return "connected"


@attack("an abstract socket")
def an_abstract_socket():
    import socket

    socket.socket(socket.AF_UNIX).connect(f"\0gradlab-{PORT}")
    return "connected"


@attack("io_uring")
def io_uring():
    import ctypes

    if ctypes.CDLL(None, use_errno=True).syscall(425, 8, ctypes.create_string_buffer(120)) >= 0:
        return "a ring"


@attack("HTML in an error", loses=True)
def html_in_an_error():
    raise KeyboardInterrupt("<script>alert(1)</script><img src=x onerror=alert(1)>")


@attack("an error that quotes", loses=True)
def an_error_that_quotes():
    class E(BaseException):
        __str__ = lambda self: open(f"{ROOT}/solutions/01_tensors/hidden_tests.py").read()

    raise E()
