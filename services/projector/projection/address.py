"""An address that a reading finds, with its verdict and time: the SQL of each, over the columns taken for it."""

from dataclasses import dataclass

from services.projector.projection.column import Column
from services.projector.projection.extraction import literal
from services.projector.rules.fields import Kind
from services.projector.rules.reading import EmailReading, Reading, VerdictReading


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """The `number`th address of a reading."""

    number: int
    email: EmailReading
    nothing: tuple[str, ...]

    @property
    def columns(self) -> list[Column]:
        """Every text that is taken for it: the address, its verdicts, its time."""
        verdicts = [
            Column(name=self._verdict_column(place), kind=Kind.TEXT, paths=(verdict.path,))
            for place, verdict in enumerate(self.email.verdict)
        ]
        return [self._address(), *verdicts, *self._time()]

    def address(self) -> str:
        """Return the SQL of the address."""
        return self._address().name

    def verdict(self) -> str:
        """Return the SQL of its verdict; NULL if none is told."""
        told = [_verdict(self._verdict_column(place), verdict) for place, verdict in enumerate(self.email.verdict)]
        return f"coalesce({', '.join(told)})" if told else "NULL"

    def told_at(self) -> str:
        """Return the SQL of when the verdict was made; NULL if the answer does not say."""
        return "".join(time.name for time in self._time()) or "NULL"

    def refusals(self) -> list[tuple[str, str]]:
        """Return what can't be read: no address, no time, a verdict that the reading does not list."""
        unknown = [
            (f"({_unlisted(self._verdict_column(place), verdict)})", verdict.path)
            for place, verdict in enumerate(self.email.verdict)
            if verdict.others == "unknown"
        ]
        return [self._address().refusal(), *unknown, *(time.refusal() for time in self._time())]

    def _address(self) -> Column:
        return Column(name=f"address_{self.number}", kind=Kind.EMAIL, paths=(self.email.address,), nothing=self.nothing)

    def _verdict_column(self, place: int) -> str:
        return f"verdict_{self.number}_{place}"

    def _time(self) -> list[Column]:
        if self.email.told_at is None:
            return []
        return [Column(name=f"told_{self.number}", kind=Kind.TIMESTAMP, paths=(self.email.told_at,))]


def addresses_of(reading: Reading) -> list[Address]:
    """Return the addresses that stand alone in the answer."""
    single = [email for email in reading.emails if email.rows is None]
    return [Address(number=number, email=email, nothing=reading.nothing) for number, email in enumerate(single)]


def listed_addresses_of(reading: Reading) -> list[tuple[str, Address]]:
    """Return the addresses that stand in rows of the answer, with the path of the rows."""
    return [
        (email.rows, Address(number=0, email=email, nothing=reading.nothing))
        for email in reading.emails
        if email.rows is not None
    ]


def _verdict(column: str, reading: VerdictReading) -> str:
    branches = " ".join(
        f"WHEN {literal(given.lower())} THEN {literal(verdict)}" for given, verdict in reading.values.items()
    )
    others = f"CASE WHEN {column} IS NOT NULL THEN 'unknown' END" if reading.others == "unknown" else "NULL"
    return f"CASE lower({column} COLLATE pg_c_utf8) {branches} ELSE {others} END"


def _unlisted(column: str, reading: VerdictReading) -> str:
    listed = ", ".join(literal(given.lower()) for given in reading.values)
    return f"lower({column} COLLATE pg_c_utf8) NOT IN ({listed})"
