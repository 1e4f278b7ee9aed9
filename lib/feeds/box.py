"""A metering box on the home network: the owner's words → a box to ask; its answers, a refusal in words."""

from collections.abc import Mapping
from typing import Any, Final

from lib.feeds import FeedError, FeedSetupError
from lib.http import Answer, Box
from lib.options import Options

ANSWER_S: Final = 4.0  # a reading gives up after so long, whatever it asks for
USER: Final = "admin"
KEYS = ("user", "every_s")


def open_box(options: Options, *, kind: str, digest: bool = False) -> Box:
    """The box at "url", asked as "user" where the secrets hold a password for it. Raises FeedSetupError.

    The password is named as the make: "shelly@HOST", or "shelly" for all of them.
    """
    address = options.text("url", such_as="http://192.168.1.80")
    bare = address.removeprefix("http://").rstrip("/")
    host = bare.rpartition(":")[0] or bare
    make = options.make
    password = options.secret_if_any(make, host=bare) or options.secret_if_any(make, host=host)
    user = options.text("user", USER) or USER
    return Box(
        address,
        kind=kind,
        slip=FeedSetupError,
        silent=FeedError,
        user=user if password else None,
        password=password or None,
        digest=digest,
    )


def told(box: Box, make: str, answer: Answer) -> Mapping[str, Any]:
    """The object of a good answer. Raises FeedError, FeedSetupError for a log-in that is refused."""
    if answer.status in {401, 403}:
        raise FeedSetupError(
            f'{box.where} wants a log-in (HTTP {answer.status}): put its password under "{make}@{box.where}" in the '
            'secrets, and its user under "user" where that is not "admin"'
        )
    if answer.status != 200 or answer.body is None:
        raise FeedError(f"{box.where} answers HTTP {answer.status}, and not as {box.kind}: is it another box?")
    return answer.body
