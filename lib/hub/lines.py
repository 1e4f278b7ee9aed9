"""A line that a person types → its answer, after it did what it says. Knows no socket.

An answer is text of one or more lines; each goes out as a frame of its own, because a frame is a line on the screen
of `python -m websockets`, which escapes line ends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from lib.hub.answers import folded, help_text
from lib.hub.elsewhere import elsewhere
from lib.hub.newest import Newest
from lib.hub.orders import Orders
from lib.hub.questions import Question
from lib.hub.spoken import Spoken
from lib.messages import Refused
from lib.messages.orders import OrderError

Word = Callable[[str], Awaitable[str]]  # what stands behind the word → the answer
WORD_S = 5.0
LONGEST_SHOWN = 40
FOLLOW = "follow"  # answered by whoever holds the connection
MAY_LOOK = "changes something, and this token may only look: it needs the control token"
LEAVE = "Ctrl-D leaves this talk; the program goes on"
GLANCE = "status"  # what a word that nobody knows is answered with, after the hint

log = logging.getLogger(__name__)


class Lines:
    """Answers by the questions of a program, its orders, and words of others that take what stands behind them."""

    def __init__(
        self, newest: Newest, questions: Mapping[str, Question], words: Mapping[str, Word], orders: Orders
    ) -> None:
        """words: such as {"sim": forward}, so that `sim oven on` asks forward("oven on"). They change something."""
        self._newest = newest
        self._questions = questions
        self._words = words
        self._orders = orders

    async def answer(self, line: str, *, may_change: bool, by_token: bool = False) -> str:
        """The answer to a line; never raises for what was typed, and takes 5 s at most.

        may_change: whether who typed it may do more than look; by_token: because of the token that was shown.
        """
        typed = line.strip()
        word, *more = typed.split(maxsplit=1)[:2] or [""]
        rest = "".join(more)
        match word.lower():
            case "":
                return self.glance()
            case "help" | "?":
                return self._help(may_change=may_change)
            case "quit" | "exit" | "q" | "bye":
                return LEAVE
            case known if known in self._questions:
                question = self._questions[known]
                if rest and question.order and (whose := elsewhere(self._orders.program, known, rest, self._newest)):
                    return folded(whose)
                if rest and question.order:
                    return await self._tell(known, question.order, rest, may_change=may_change, by_token=by_token)
                said = f"{question.more}\n" if rest and question.more else ""
                return said + question.answer(self._newest)
            case known if known in self._words and not may_change:
                return f"{known}: {MAY_LOOK}"
            case known if known in self._words:
                return await self._ask(known, rest)
        if whose := elsewhere(self._orders.program, word.lower(), rest, self._newest):
            return folded(whose)
        shown = "".join(letter for letter in typed[:LONGEST_SHOWN] if letter.isprintable())
        return f"no such word: {shown}; help lists them\n{self.glance()}"

    def glance(self) -> str:
        """The state at a glance; for a program that has none, what to type."""
        question = self._questions.get(GLANCE)
        return question.answer(self._newest) if question else "type help for the words"

    def _help(self, *, may_change: bool) -> str:
        means = {"help": "this list"}
        for word, one in self._questions.items():
            if one.listed(self._newest):
                tells = one.order is not None and may_change and self._orders.takes(one.order.kind)
                means[word] = f"{one.means}; to set it: {one.order.such_as}" if tells and one.order else one.means
        means |= {FOLLOW: "states again, as JSON, until the next line"}
        if may_change:
            means |= {word: f"with more behind it; `{word} help` says what" for word in self._words}
        return help_text(means)

    async def _tell(self, word: str, spoken: Spoken, rest: str, *, may_change: bool, by_token: bool) -> str:
        if not may_change:
            return f"{word}: {MAY_LOOK}"
        try:
            order = spoken.parse(rest, self._newest)
        except OrderError as error:
            return folded(f"{error}; type such as: {spoken.such_as}")
        answer = await self._orders.carry_out(order, by_token=by_token)
        return folded(f"not done: {answer.why}" if isinstance(answer, Refused) else answer.what)

    async def _ask(self, word: str, rest: str) -> str:
        try:
            async with asyncio.timeout(WORD_S):
                return folded(await self._words[word](rest))
        except TimeoutError:
            return f"{word}: no answer within {WORD_S:g} s"
        except OSError as error:
            return f"{word}: {error.strerror or error}"
        except Exception as error:
            log.exception("the word %s failed", word)
            return f"{word}: failed with {type(error).__name__}; the log has the whole of it"
