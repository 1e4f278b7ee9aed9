"""One address, asked again and again for JSON: the owner's words → what it answers, or why not."""

from lib.feeds import FeedError, FeedSetupError
from lib.feeds.box import ANSWER_S
from lib.options import Options
from lib.payload import at_path, contents
from lib.service import Service


class Question:
    """A GET of "url" with "header". Raises FeedSetupError.

    who: as "title" calls it, else its host. where: the address without what may be secret in it, so as it is written.
    """

    def __init__(self, options: Options, *, such_as: str) -> None:
        self._url = options.address("url", such_as=such_as)
        self.where = options.text("url").partition("#")[0].partition("?")[0]
        self._header = options.header()
        self.who = options.text("title", "") or str(self._url.host)
        self._service = Service(self.who, fault=FeedError, patience_s=ANSWER_S)

    async def ask(self) -> object:
        """The JSON of its answer. Raises FeedError."""
        answer = await self._service.ask(self._url, headers=self._header)
        if answer.status in {401, 403}:
            raise FeedSetupError(
                f'{self.who} refuses our log-in (HTTP {answer.status}): is "header" right, and its secret?'
            )
        if not answer.is_ok:
            raise answer.trouble()
        return answer.told()

    async def close(self) -> None:
        """Hang up."""
        await self._service.close()


def part_of(who: str, found: object, path: str) -> object:
    """The part of an answer that `path` names. Raises FeedError, which says what there is instead."""
    try:
        return at_path(found, path)
    except LookupError:
        raise FeedError(f'{who} says nothing at "{path}": {contents(found)}') from None
