"""`leadledger upload`."""

from pathlib import Path

from tests.leadledger.conftest import Run


def test_the_answer_says_how_the_file_is_read_and_what_comes_next(run: Run, few_rows: Path) -> None:
    ran = run("upload", str(few_rows))
    assert ran.exit_code == 0
    assert "12 rows kept, 0 with problems" in ran.stdout
    assert "Person Linkedin Url" in ran.stdout
    assert "Launch it: leadledger launch " in ran.stdout


def test_json_is_one_document_and_nothing_else(run: Run, few_rows: Path) -> None:
    ran = run("upload", str(few_rows), "--json")
    (upload,) = ran.lines
    assert (upload["rows"], upload["source"], upload["filename"]) == (12, "apollo", "few.csv")
    assert ran.stderr == ""


def test_standard_input_can_be_uploaded(run: Run, few_rows: Path) -> None:
    (upload,) = run("upload", "-", "--filename", "piped.csv", "--json", stdin=few_rows.read_bytes()).lines
    assert (upload["rows"], upload["filename"]) == (12, "piped.csv")


def test_a_missing_file_is_wrong_usage(run: Run) -> None:
    ran = run("upload", "nowhere.csv", "--json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "nowhere.csv is not a file" in ran.stderr


def test_an_unknown_source_is_refused_with_the_servers_words(run: Run, few_rows: Path) -> None:
    ran = run("upload", str(few_rows), "--source", "myspace")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "Trace id, to quote: " in ran.stderr
