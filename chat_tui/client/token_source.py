"""Fetches access tokens from an HTTP address, as applications offer one to their clients."""

from chat_tui.protocol.errors import TransportError


async def fetch_token(url: str) -> str:
    """The access token an HTTP address answers with: as text, or as JSON with ``token``. Raises TransportError."""
    import httpx  # only this way of connecting needs it

    try:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.get(url)
    except httpx.HTTPError:
        raise TransportError("the token address does not answer") from None
    if not answer.is_success:
        raise TransportError(f"the token address answered {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        return answer.text.strip()
    return str(found.get("token", "")) if isinstance(found, dict) else str(found)
