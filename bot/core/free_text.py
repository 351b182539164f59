"""What people write in their own words, as it is kept: no personal numbers, no markup, not too long."""

from bot.core.markup import guard
from bot.core.privacy import mask


def kept(text: str, limit: int) -> str:
    """At most `limit` characters of the text, masked and without markup; empty when nothing is left."""
    return guard(mask(text).text).strip()[:limit]
