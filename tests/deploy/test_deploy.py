"""What is deployed fits the code: settings, routes, files, metrics, and the servers' own configuration."""

import importlib
import json
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.sandbox.settings import SandboxSettings
from shared.bus.topology import CHUNKS
from shared.settings import Settings
from tests.postgres import PrivatePostgres

ROOT = Path(__file__).parent.parent.parent
COMPOSE = ROOT / "docker-compose.yml"
KUBERNETES = ROOT / "deploy/kubernetes"
SERVICES = ("ingest", "executor", "projector")
OURS = (*SERVICES, "migrate", "sandbox", "gateway")
SETTINGS = {f"LEADLEDGER_{name.upper()}" for name in Settings.model_fields}
SETTINGS_OF_ALL = SETTINGS | {f"SANDBOX_{name.upper()}" for name in SandboxSettings.model_fields}

Document = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Document:
    document: Document = yaml.safe_load(COMPOSE.read_text())
    return document


def test_compose_runs_each_part_once(compose: Document) -> None:
    assert set(compose["services"]) == {*OURS, "postgres", "rabbitmq"}
    for name, service in compose["services"].items():
        assert re.search(r":(\d+|\$\{IMAGE_VERSION)", service["image"]), f"{name} is not pinned"
        assert "limits" in service.get("deploy", {}).get("resources", {}) or name == "migrate", name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        assert ("healthcheck" in service) is (name != "migrate"), name
        for other, condition in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other == "migrate" else "service_healthy"
            assert condition == {"condition": expected}, (name, other)
    for name in OURS:
        assert compose["services"][name]["read_only"] is True
        assert compose["services"][name]["cap_drop"] == ["ALL"]


def test_compose_mounts_only_what_is_there(compose: Document) -> None:
    for service in compose["services"].values():
        assert set(service["networks"]) <= set(compose["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).is_file() if source.startswith("./") else source in compose["volumes"], volume
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).is_file()
            target = service["build"]["target"]
            assert f" AS {target}\n" in (ROOT / "deploy/Dockerfile").read_text()


def test_the_database_and_the_broker_are_published_nowhere(compose: Document) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["gateway"]
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "rabbitmq", "migrate"):
        assert compose["services"][name]["networks"] == ["inside"]


def test_the_owners_password_reaches_the_migration_only(compose: Document) -> None:
    holders = [name for name, service in compose["services"].items() if "POSTGRES_PASSWORD" in json.dumps(service)]
    assert holders == ["postgres", "migrate"]


def test_docker_itself_accepts_the_compose_file() -> None:
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], check=False).returncode != 0:
        pytest.skip("docker compose is not installed")
    for files in ([COMPOSE], [COMPOSE, ROOT / "deploy/compose.tls.yml"]):
        words = [word for file in files for word in ("-f", str(file))]
        command = ["docker", "compose", "--env-file", "/dev/null", *words, "config", "-q", "--no-interpolate"]
        subprocess.run(command, check=True)


@pytest.mark.parametrize(
    "file",
    ["docker-compose.yml", "deploy/compose.tls.yml", ".env.example", "deploy/Dockerfile"]
    + [f"deploy/kubernetes/{path.name}" for path in sorted(KUBERNETES.iterdir())],
)
def test_every_variable_that_is_set_is_a_setting(file: str) -> None:
    used = set(re.findall(r"\b(?:LEADLEDGER|SANDBOX)_[A-Z0-9_]+\b", (ROOT / file).read_text()))
    assert used - SETTINGS_OF_ALL == set()


def test_the_example_shows_every_setting_with_its_default() -> None:
    shown = dict(re.findall(r"^#? ?([A-Z_]+)=([^\s#]*)", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert SETTINGS - set(shown) == set()
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        assert shown[f"LEADLEDGER_{name.upper()}"].lower() == default.lower().removesuffix(".0"), name


def test_every_variable_that_compose_demands_is_in_the_example() -> None:
    text = COMPOSE.read_text() + (ROOT / "deploy/compose.tls.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    for name in re.findall(r"\$\{([A-Z_]+)", text):
        assert re.search(rf"^#? ?{name}=", example, re.MULTILINE), name


def gateway_rules() -> list[tuple[str, str]]:
    """Return the gateway's rules in their order: service, pattern."""
    return re.findall(r"@(\w+) path_regexp (\S+)", (ROOT / "deploy/gateway/Caddyfile").read_text())


@pytest.mark.parametrize("service", SERVICES)
def test_the_gateway_sends_every_route_to_its_service(service: str) -> None:
    app = importlib.import_module(f"services.{service}.app").create_app(Settings())
    inner = {"/healthz", "/readyz", "/metrics"}
    for path in set(app.openapi()["paths"]) - inner:
        concrete = re.sub(r"\{\w+\}", "01900000-0000-7000-8000-000000000001", path)
        sent_to = next((to for to, pattern in gateway_rules() if re.search(pattern, concrete)), "nobody")
        assert sent_to == service, path
    for path in inner:
        assert not any(re.search(pattern, path) for _, pattern in gateway_rules())


def test_what_the_image_copies_is_there_and_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    for line in (ROOT / "deploy/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert any(source == kept or source.startswith(f"{kept}/") for kept in let_through), source


def test_the_image_runs_as_nobody_in_particular() -> None:
    stages = (ROOT / "deploy/Dockerfile").read_text().split("\nFROM ")
    for stage in stages:
        if re.match(r"\S+ AS (service|gateway)\n", stage):
            assert "USER 10001:10001" in stage
    assert 'ENTRYPOINT ["leadledger"]' in stages[-1]
    assert ":latest" not in "".join(stages)


def test_every_file_the_code_reads_is_installed_with_it() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    left_out = [
        str(path.relative_to(ROOT))
        for folder in ("services", "shared", "leadledger")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        and path.suffix not in {".py", ".pyc", ".md"}
        and "console" not in path.parts  # the gateway's image takes these from the tree
        and not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert left_out == []


def test_the_migrations_find_their_sql_when_installed() -> None:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]
    assert {"services*", "shared*", "leadledger*"} <= set(found["include"])
    assert found.get("namespaces", True)


@pytest.fixture(scope="module")
def manifests() -> list[Document]:
    """The Kubernetes documents, built if kubectl is here, else as they stand."""
    if shutil.which("kubectl") is None:
        files = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.name != "kustomization.yaml"]
        return [document for path in files for document in yaml.safe_load_all(path.read_text())]
    built = subprocess.run(["kubectl", "kustomize", str(KUBERNETES)], check=True, capture_output=True, text=True)
    return list(yaml.safe_load_all(built.stdout))


def _pods(manifests: list[Document]) -> dict[str, Document]:
    return {
        each["metadata"]["name"]: each["spec"]["template"]
        for each in manifests
        if each["kind"] in {"Deployment", "Job"}
    }


def test_the_base_names_every_file_of_its_folder() -> None:
    base = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    files = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(base["resources"]) == files


def test_every_pod_is_confined_and_limited(manifests: list[Document]) -> None:
    pods = _pods(manifests)
    assert set(pods) == {*SERVICES, "gateway", "leadledger-migrate"}
    for name, pod in pods.items():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["automountServiceAccountToken"] is False, name
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"]["drop"] == ["ALL"], name
            assert "memory" in container["resources"]["limits"], name
            assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in spec["volumes"]}


def test_every_service_is_probed(manifests: list[Document]) -> None:
    for name, pod in _pods(manifests).items():
        container = pod["spec"]["containers"][0]
        if name in SERVICES:
            assert container["args"][:2] == ["serve", name]
            assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
            assert pod["spec"]["terminationGracePeriodSeconds"] > 20


def test_selectors_find_their_pods(manifests: list[Document]) -> None:
    labels = {name: set(pod["metadata"]["labels"].items()) for name, pod in _pods(manifests).items()}
    selectors = [
        (each["kind"], each["metadata"]["name"], each["spec"]["selector"].get("matchLabels", each["spec"]["selector"]))
        for each in manifests
        if each["kind"] in {"Service", "Deployment", "PodDisruptionBudget"}
    ]
    assert len(selectors) == 12
    for kind, name, selector in selectors:
        assert [pod for pod, own in labels.items() if set(selector.items()) <= own] == [name], kind


def test_the_secrets_asked_for_are_in_the_example(manifests: list[Document]) -> None:
    example = set(re.findall(r"^([A-Z_]+)=", (KUBERNETES / "secret.example.env").read_text(), re.MULTILINE))
    asked = {
        (variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"])
        for pod in _pods(manifests).values()
        for variable in pod["spec"]["containers"][0].get("env", [])
        if "valueFrom" in variable
    }
    trigger = next(each for each in manifests if each["kind"] == "TriggerAuthentication")
    asked |= {(each["name"], each["key"]) for each in trigger["spec"]["secretTargetRef"]}
    assert {key for name, key in asked if name == "leadledger"} == example
    assert {name for name, _ in asked} == {"leadledger", "leadledger-owner"}


def test_executors_scale_on_the_queue_of_chunks(manifests: list[Document]) -> None:
    scaled = next(each for each in manifests if each["kind"] == "ScaledObject")["spec"]
    trigger = scaled["triggers"][0]
    assert trigger["metadata"]["queueName"] == CHUNKS
    ahead, each = Settings().chunks_ahead, Settings().chunks_in_flight
    wanted, most = int(trigger["metadata"]["value"]), scaled["maxReplicaCount"]
    # Full queue, all executors busy: still as many are wanted as there may be.
    assert -(-(ahead + each * most) // wanted) >= most


def test_postgresql_accepts_its_configuration(private_postgres: PrivatePostgres) -> None:
    said = {
        name: private_postgres.setting(name, config_file=ROOT / "deploy/postgres.conf")
        for name in ("max_connections", "shared_buffers", "fsync", "synchronous_commit", "jit", "hba_file")
    }
    assert said.pop("hba_file").endswith("/data/pg_hba.conf")
    assert said == {
        "max_connections": "200",
        "shared_buffers": "131072",
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
    }


def test_the_dashboard_shows_metrics_that_exist() -> None:
    made = {
        name
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'(?:Counter|Histogram|Gauge)\(\s*"(leadledger_\w+)"', path.read_text())
    }
    dashboard = json.loads((ROOT / "deploy/grafana/leadledger.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    shown = {
        re.sub(r"_(count|sum|bucket)$", "", name)
        for expression in expressions
        for name in re.findall(r"leadledger_\w+", expression)
    }
    assert shown == made
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
