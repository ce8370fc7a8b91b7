"""The house rules, as far as the source itself can tell: sizes, where SQL stands, who imports whom."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("services", "shared", "leadledger", "benchmarks", "scripts", "docs", "deploy", "tests")
SHIPPED = ("services", "shared", "leadledger")
SERVICES = {"ingest", "executor", "projector", "console", "sandbox"}

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_BODY = 40

SQL_STANDS_IN = re.compile(
    r"(^|/)store\.py$|(^|/)store/|\.sql$|^shared/(outbox|postgres|idempotency|auth|migrate)\.py$|^shared/migrations/"
    r"|^services/projector/projection/"  # the compiler from rules to SQL
)
# The compiler from rules to SQL, what runs it, and the filters' clause; each of its pieces stands in the code.
SQL_IS_COMPOSED_IN = re.compile(r"^services/projector/(projection/|store/(reading|leads|facets|lead_sets|where)\.py$)")
OF_NO_ONE_CLIENT = {"clients", "api_keys"}  # they tell who the client is

_VERB = (
    r"SELECT\s|INSERT\s+INTO\s|UPDATE\s+[\w.\"{]+\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|TRUNCATE\s|COPY\s+\w"
    r"|WITH\s+(RECURSIVE\s+)?\w+\s*(\([\w\s,]*\)\s*)?AS\s"
    r"|(CREATE|ALTER|DROP)\s+((TEMP|TEMPORARY|UNLOGGED|UNIQUE)\s+)?(TABLE|INDEX|ROLE|SCHEMA|DATABASE|VIEW)\s"
    r"|LOCK\s+TABLE\s|SET\s+LOCAL\s|CALL\s+\w+\.?\w*\("
)
SQL = re.compile(rf"^\s*(--[^\n]*\n\s*)*({_VERB})")


@cache
def python_files() -> dict[str, ast.Module]:
    """Return every Python file of ours: path from the root -> its tree."""
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in _ours("*.py")}


def _ours(pattern: str) -> list[Path]:
    found = [path for folder in CODE for path in sorted((ROOT / folder).rglob(pattern))]
    return [path for path in found if "node_modules" not in path.parts]


def shipped() -> Iterator[tuple[str, ast.Module]]:
    """Yield the files that are installed."""
    return ((path, tree) for path, tree in python_files().items() if path.split("/")[0] in SHIPPED)


def texts(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Yield every text but docstrings: its line, the text with {} for what is put in, whether something is."""
    skipped = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            skipped.update(map(id, node.values))
            yield node.lineno, "".join(parts), "{}" in parts
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value, False


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for statement in body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    yield statement.value


def test_no_file_is_longer_than_300_lines() -> None:
    files = [*_ours("*.py"), *_ours("*.sql"), *(path for path in _ours("*.js") if "vendor" not in path.parts)]
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_no_function_body_is_longer_than_40_lines() -> None:
    long = []
    for path, tree in python_files().items():
        if path.startswith("tests/"):
            continue  # they write out what they expect
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                lines = _lines(body) if body else 0
                if lines > MOST_LINES_OF_A_BODY:
                    long.append(f"{path}:{node.lineno} {node.name} has {lines} lines")
    assert long == []


def _lines(body: list[ast.stmt]) -> int:
    """Count the lines; a statement of SQL, however long, is one."""
    statements = [node for part in body for node in ast.walk(part) if isinstance(node, ast.expr) and _is_sql(node)]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 - sum(map(_extra_lines, statements))


def _extra_lines(node: ast.expr) -> int:
    return (node.end_lineno or node.lineno) - node.lineno


def test_sql_stands_only_where_sql_stands() -> None:
    misplaced = [
        f"{path}:{line} {text.split()[0]}"
        for path, tree in shipped()
        if not SQL_STANDS_IN.search(path)
        for line, text, _ in texts(tree)
        if SQL.match(text)
    ]
    assert misplaced == []


def test_no_sql_is_put_together_from_text() -> None:
    composed = []
    for path, tree in shipped():
        if SQL_IS_COMPOSED_IN.match(path):
            continue
        composed += [f"{path}:{line} f-string" for line, text, filled in texts(tree) if filled and SQL.match(text)]
        composed += [f"{path}:{line} {how}" for line, how in _glued(tree)]
    assert composed == []


def _glued(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield where SQL is joined with + or %, by str.join, or filled by str.format."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and _is_sql(node.left):
            yield node.lineno, "+ or %"
        if isinstance(node, ast.Attribute) and node.attr == "format" and _is_sql(node.value):
            yield node.lineno, "format"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            parts = [each for given in node.args for each in getattr(given, "elts", [])]
            if any(map(_is_sql, parts)):
                yield node.lineno, "join"


def _is_sql(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value) is not None


@cache
def tenant_tables() -> frozenset[str]:
    """Return the tables with a client_id, as the migrations make them."""
    made = "\n".join(path.read_text() for path in sorted((ROOT / "shared/migrations/sql").glob("*.sql")))
    tables = re.findall(r"^CREATE (?:UNLOGGED )?TABLE \w+\.(\w+) \((.*?)^\)", made, re.MULTILINE | re.DOTALL)
    return frozenset(name for name, columns in tables if re.search(r"^\s+client_id\s", columns, re.MULTILINE))


def test_every_statement_on_a_table_of_clients_names_the_client() -> None:
    assert {"raw_uploads", "enrichment_results", "final_leads"} <= tenant_tables()
    named = "|".join(sorted(tenant_tables() - OF_NO_ONE_CLIENT))
    touches = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE)\s+(?:ONLY\s+)?(?:\w+\.)?(?:{named})\b")
    unbound = [
        f"{where} {text.split()[0]} ... {found.group()}"
        for where, text in _statements()
        if (found := touches.search(text)) and "client_id" not in text
    ]
    assert unbound == []


def _statements() -> Iterator[tuple[str, str]]:
    """Yield every statement and where it stands, but those whose function says that it is for the duties' role."""
    for path, tree in shipped():
        over_all_clients = [
            range(node.lineno, (node.end_lineno or 0) + 1)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and "for the duties' role" in (ast.get_docstring(node) or "").lower()
        ]
        pieces = {line for line, _ in _glued(tree)}  # only where composing is allowed at all
        for line, text, _ in texts(tree):
            if SQL.match(text) and line not in pieces and not any(line in lines for lines in over_all_clients):
                yield f"{path}:{line}", text
    for folder in SHIPPED:
        for file in sorted((ROOT / folder).rglob("*.sql")):
            if "migrations" not in file.parts:
                path = file.relative_to(ROOT).as_posix()
                yield from ((path, text) for text in file.read_text().split(";") if text.strip())


def test_no_service_imports_another_and_shared_imports_none() -> None:
    foreign = []
    for path, tree in shipped():
        part = path.split("/")
        if part[0] == "shared":
            forbidden = r"(services|leadledger)(\.|$)"
        elif part[0] == "services" and part[1] in SERVICES:
            forbidden = rf"services(\.(?!{part[1]}(\.|$))|$)|leadledger(\.|$)"
        else:
            continue
        foreign += [f"{path}:{line} {name}" for line, name in _imports(tree) if re.match(forbidden, name)]
    assert foreign == []


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("SELECT 1", True),
        ("\n        WITH due AS (\n SELECT 1) SELECT * FROM due", True),
        ("-- why\nUPDATE batch_runs SET state = $1", True),
        ("INSERT INTO outbox (client_id) VALUES ($1)", True),
        ("Select the rows you want.", False),
        ("UPDATE is not allowed.", False),
        ("SELECTED", False),
        ("WITH care", False),
        ("DELETE", False),
        ("CREATE", False),
    ],
)
def test_sql_is_told_from_other_text(text: str, is_sql: bool) -> None:
    assert (SQL.match(text) is not None) is is_sql
