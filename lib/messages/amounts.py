"""Amounts in sentences: what is wrapped into lines keeps a number beside its unit and its sign.

In: text for people. Out: the same with no-break spaces where no line may end. Knows no width.
"""

import re
from typing import Final

NO_BREAK: Final = "\u00a0"
WITHIN: Final = re.compile(r"(?<=€) (?=\d)|(?<=\d) (?=(?:kWh?|W|A|km|min|s|h)\b|%|€)")


def tied(text: str) -> str:
    """Each amount as one word."""
    return WITHIN.sub(NO_BREAK, text)


def loosened(text: str) -> str:
    """With plain spaces again."""
    return text.replace(NO_BREAK, " ")
