"""Only public addresses are connected to, whatever name led there."""

import socket

import pytest

from shared.address import ForbiddenAddressError, open_socket


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"],
)
def test_an_address_inside_the_network_is_refused(ip: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="is not a public address"):
        open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)))


@pytest.mark.parametrize("ip", ["::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "ff02::1"])
def test_so_is_one_in_ipv6_clothes(ip: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="is not a public address"):
        open_socket((socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, 443, 0, 0)))


@pytest.mark.parametrize(("family", "ip"), [(socket.AF_INET, "93.184.215.14"), (socket.AF_INET6, "2606:4700::1111")])
def test_a_public_address_gets_its_socket(family: int, ip: str) -> None:
    with open_socket((family, socket.SOCK_STREAM, 6, "", (ip, 443))) as opened:
        assert opened.family == family
