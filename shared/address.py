"""Which addresses may be called by us: the check is made on the address connected to, not on the name."""

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]


class ForbiddenAddressError(OSError):
    """A name leads to an address inside the network; set LEADLEDGER_ALLOW_PRIVATE_ADDRESSES to allow it."""


def open_socket(address: AddressInfo) -> socket.socket:
    """Return a socket for a public address; raises ForbiddenAddressError for any other."""
    ip = ipaddress.ip_address(address[4][0].partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    if not mapped.is_global or mapped.is_multicast:
        # With a number, the client tells the words on; without one it drops them.
        raise ForbiddenAddressError(
            errno.EACCES,
            f"{mapped} is not a public address; only LEADLEDGER_ALLOW_PRIVATE_ADDRESSES=true allows calls there.",
        )
    return socket.socket(address[0], address[1], address[2])


def socket_factory(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket] | None:
    """Return what the connector opens sockets with; None is its own way, without the check."""
    return None if allow_private else open_socket
