"""The command line. One file per group of commands; `leadledger --help` lists them."""

import typer

from leadledger.cli.batch import app as batch
from leadledger.cli.control import app as control
from leadledger.cli.costs import app as costs
from leadledger.cli.customers import app as customers
from leadledger.cli.demo import app as demo
from leadledger.cli.exit_code import MEANINGS
from leadledger.cli.keys import app as keys
from leadledger.cli.leads import app as leads
from leadledger.cli.migrate import app as migrate
from leadledger.cli.projection import app as projection
from leadledger.cli.provider_documents import app as provider_documents
from leadledger.cli.providers import app as providers
from leadledger.cli.rules import app as rules
from leadledger.cli.serve import app as serve
from leadledger.cli.shape import app as shape
from leadledger.cli.up import app as up
from leadledger.cli.upload import app as upload
from leadledger.cli.workflows import app as workflows

app = typer.Typer(
    name="leadledger",
    help="Enrich leads in batches: every answer is kept, every cell has a receipt, nothing is paid twice.",
    epilog=MEANINGS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for group in (up, demo, upload, batch, leads, costs, serve, migrate):
    app.add_typer(group)
app.add_typer(control, name="batch")
app.add_typer(customers, name="customers")
providers.add_typer(shape)
providers.add_typer(provider_documents)
app.add_typer(providers, name="providers")
app.add_typer(workflows, name="workflows")
app.add_typer(projection, name="projection")
app.add_typer(rules, name="rules")
app.add_typer(keys, name="keys")


def main() -> None:
    """Run the command that the arguments name."""
    app()
