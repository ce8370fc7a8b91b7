"""File names, kept and sent."""

import pytest

from services.ingest.filename import attachment, clean_filename


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("leads.csv", "leads.csv"),
        ("Mes contacts é.csv", "Mes contacts é.csv"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\leads.csv", "leads.csv"),
        ("a\r\nb\x00\u202e.csv", "ab.csv"),
        ("..", "upload.csv"),
        ("", "upload.csv"),
        (None, "upload.csv"),
        ("x" * 300 + ".csv", "x" * 200),
    ],
)
def test_a_name_is_made_safe_to_keep(given: str | None, kept: str) -> None:
    assert clean_filename(given) == kept


def test_a_name_can_not_break_out_of_its_header() -> None:
    assert attachment('a";\r\nSet-Cookie: é') == (
        "attachment; filename=\"a____Set-Cookie_ _\"; filename*=UTF-8''a%22%3B%0D%0ASet-Cookie%3A%20%C3%A9"
    )
