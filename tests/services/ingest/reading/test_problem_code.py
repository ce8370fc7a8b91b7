"""Every problem can be explained to a user."""

from services.ingest.reading.problem_code import ProblemCode


def test_every_code_has_a_meaning() -> None:
    assert all(code.meaning.endswith(".") for code in ProblemCode)
