"""A RabbitMQ for the tests: the one that answers, else a private one of our own; broken at will only if private."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import aio_pika
from aio_pika.exceptions import AMQPError

from shared.bus.topology import DEAD_EXCHANGE, DEAD_QUEUE, EXCHANGE, QUEUES

T = TypeVar("T")

IMAGE = "rabbitmq:4.3"
_START_SECONDS = 120.0
_FOUND_AT = ("/usr/lib/rabbitmq/bin", "/usr/local/opt/rabbitmq/sbin", "/opt/homebrew/opt/rabbitmq/sbin")
_ADVICE = (
    "The tests need RabbitMQ and found none: install rabbitmq-server (`apt-get install rabbitmq-server`), "
    "start docker, or name a broker in LEADLEDGER_TEST_AMQP_URL."
)


class PrivateRabbit:
    """A broker of its own: own node, ports, data and cookie; nothing of it is left after `close`.

    `start` waits until it answers; `stop` ends it in order, `kill` without warning; the data stays until `close`.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._binaries = _installed()
        self._directory = Path(tempfile.mkdtemp(prefix="leadledger-rabbit-"))
        self._node = f"leadledger-{secrets.token_hex(4)}@localhost"
        self._environment = self._own_environment()
        self._server: subprocess.Popen[bytes] | None = None
        self._epmd = subprocess.Popen(
            ["epmd", "-address", "127.0.0.1", "-port", self._environment["ERL_EPMD_PORT"]], env=self._environment
        )

    def _own_environment(self) -> dict[str, str]:
        directory = self._directory
        plugins, settings = directory / "plugins", directory / "rabbitmq.conf"
        plugins.write_text("[].\n")
        settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        return {
            "PATH": f"{self._binaries}:{os.environ['PATH']}",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(directory / "data"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_PID_FILE": str(directory / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(directory / "generated"),
            "RABBITMQ_CONFIG_FILE": str(settings.with_suffix("")),
            "RABBITMQ_CONF_ENV_FILE": str(directory / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = (self._directory / "console").open("ab")
        self._server = subprocess.Popen(
            [f"{self._binaries}/rabbitmq-server"],
            env=self._environment,
            cwd=self._directory,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if not wait_until_answers(self.url):
            tail = (self._directory / "console").read_text()[-2000:]
            self.close()
            raise RuntimeError(f"The private RabbitMQ did not start:\n{tail}")

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it like a power cut."""
        self._end(signal.SIGKILL)

    def restart(self, *, kill: bool = False) -> None:
        """End and start it again; the data stays."""
        self._end(signal.SIGKILL if kill else signal.SIGTERM)
        self.start()

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl on it and return what it printed; raises CalledProcessError."""
        command = [f"{self._binaries}/rabbitmqctl", "--quiet", "--node", self._node, *words]
        return subprocess.run(command, env=self._environment, check=True, capture_output=True, text=True).stdout

    def close(self) -> None:
        """End it and delete its data."""
        self.kill()
        self._epmd.kill()
        self._epmd.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        # The script stays the parent of the virtual machine: the signal goes to the whole session.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._server.pid, how)
        self._server.wait(timeout=60)
        self._server = None
        _wait_until_free(self.port)


class ContainerRabbit(PrivateRabbit):
    """The same in a container, where docker's engine answers and no server is installed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._name = f"leadledger-{secrets.token_hex(4)}"
        published = f"127.0.0.1:{self.port}:5672"
        _docker("create", "--name", self._name, "--hostname", self._name, "--publish", published, IMAGE)

    def start(self) -> None:
        """Start it and wait until it answers."""
        _docker("start", self._name)
        if not wait_until_answers(self.url):
            raise RuntimeError(f"The container {self._name} of {IMAGE} did not start.")

    def stop(self) -> None:
        """End it in order."""
        _docker("stop", self._name)

    def kill(self) -> None:
        """End it like a power cut."""
        _docker("kill", self._name)

    def restart(self, *, kill: bool = False) -> None:
        """End and start it again; the data stays."""
        _docker("kill" if kill else "stop", self._name)
        self.start()

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl in it and return what it printed."""
        return _docker("exec", self._name, "rabbitmqctl", "--quiet", *words)

    def close(self) -> None:
        """Remove it with its data."""
        _docker("rm", "--force", "--volumes", self._name)


def new_private_rabbit() -> PrivateRabbit:
    """Return a private broker, not yet started: installed, else a container, else installed now (as root)."""
    if not _is_installed() and _docker_answers():
        return ContainerRabbit()
    if not _is_installed() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "rabbitmq-server"], check=False)
    return PrivateRabbit()


@contextlib.contextmanager
def some_rabbit() -> Iterator[str]:
    """Yield the address of a broker that answers: the named one, the local one, else a private one."""
    named = os.environ.get("LEADLEDGER_TEST_AMQP_URL")
    running = named or "amqp://guest:guest@127.0.0.1:5672/"
    if named or answers(running):
        yield running
        return
    broker = new_private_rabbit()
    broker.start()
    try:
        yield broker.url
    finally:
        broker.close()


def delete_topology(url: str, prefix: str) -> None:
    """Delete the queues and exchanges of this prefix."""
    _run(_delete_topology(url, prefix))


async def _delete_topology(url: str, prefix: str) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        for queue in (*QUEUES, DEAD_QUEUE):
            await channel.queue_delete(prefix + queue)
        for exchange in (EXCHANGE, DEAD_EXCHANGE):
            await channel.exchange_delete(prefix + exchange)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_answers(url: str) -> bool:
    """Wait until a broker accepts a login; tell whether it did in time."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if answers(url):
            return True
        time.sleep(0.2)
    return False


def answers(url: str) -> bool:
    """Tell whether a broker accepts a login there; callable from a running loop as well."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        if probe.connect_ex((parts.hostname, parts.port or 5672)) != 0:
            return False
    return _run(_log_in(url))


def _run(work: Coroutine[object, object, T]) -> T:
    # In a thread of its own: the caller may be inside a running loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _log_in(url: str) -> bool:
    try:
        connection = await aio_pika.connect(url, timeout=5)
    except (AMQPError, OSError):
        return False
    await connection.close()
    return True


def _is_installed() -> bool:
    return _find_server() is not None


def _find_server() -> str | None:
    for place in _FOUND_AT:
        if (Path(place) / "rabbitmq-server").exists():
            return place
    found = shutil.which("rabbitmq-server")
    return str(Path(found).parent) if found else None


def _installed() -> str:
    found = _find_server()
    if found is None:
        raise RuntimeError(_ADVICE)
    return found


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def _docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], check=False, capture_output=True, timeout=20).returncode == 0


def _wait_until_free(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Port {port} is still in use.")
