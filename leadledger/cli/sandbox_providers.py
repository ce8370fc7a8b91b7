"""The built-in providers pointed at the sandbox of a standalone server."""

from leadledger.client import Client

WARNING = (
    "SANDBOX: the providers are imitations. The people, jobs and addresses they answer with are INVENTED; "
    "nothing is asked of anyone and nothing is charged."
)

_ADDRESSES = {
    "apollo-bulk-match": ("base_url", "apollo"),
    "apollo-match": ("base_url", "apollo"),
    "apollo-organization-enrich": ("base_url", "apollo"),
    "apollo-waterfall": ("base_url", "apollo"),
    "clay-table": ("webhook_url", "clay/webhook"),
    "coresignal-collect": ("base_url", "coresignal"),
    "enrichlayer-profile": ("base_url", "enrichlayer"),
    "fullenrich-bulk": ("base_url", "fullenrich"),
    "fullenrich-poll": ("base_url", "fullenrich"),
    "function": ("url", "function"),
    "function-bulk": ("url", "function/bulk"),
    "hunter-email-finder": ("base_url", "hunter"),
    "hunter-email-verifier": ("base_url", "hunter"),
    "modal-function": ("url", "modal/function"),
    "neverbounce-check": ("base_url", "neverbounce"),
    "pdl-bulk": ("base_url", "pdl"),
    "pdl-enrich": ("base_url", "pdl"),
    "zerobounce-batch": ("base_url", "zerobounce"),
    "zerobounce-validate": ("base_url", "zerobounce"),
}
"""Provider -> the variable with its address, and the sandbox's path for it."""


def use_sandbox(client: Client) -> list[str]:
    """Configure the built-in providers to the server's sandbox; return those left alone.

    One that has credentials for another address keeps them: an imitation does not replace what somebody set up.
    """
    kept = []
    for name, (variable, path) in _ADDRESSES.items():
        if has_own_credentials(client, name):
            kept.append(name)
            continue
        secrets = dict.fromkeys(client.provider(name)["document"]["secrets"], "sandbox")
        client.configure_provider(name, variables={variable: f"{client.url}/sandbox/{path}"}, secrets=secrets)
    return kept


def has_own_credentials(client: Client, name: str) -> bool:
    """Tell whether a provider is configured for anything but a sandbox."""
    provider = client.provider(name)
    return bool(provider["configured"]) and not points_to_sandbox(provider)


def points_to_sandbox(provider: dict[str, dict[str, str]]) -> bool:
    """Tell whether a provider's address is that of a standalone server's sandbox."""
    variable, path = _ADDRESSES.get(str(provider["name"]), ("base_url", ""))
    return provider["variables"].get(variable, "").endswith(f"/sandbox/{path}")


def left_at_sandbox(client: Client) -> list[str]:
    """Return the built-in providers that still point to a sandbox."""
    return [name for name in _ADDRESSES if points_to_sandbox(client.provider(name))]
