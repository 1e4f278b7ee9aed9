"""What was said last, one of each type: as a message for questions, as a frame for listeners and REST."""

from typing import TypeVar

from lib.messages import Message, to_json

M = TypeVar("M")


class Newest:
    """The newest message of each type, and its frame."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._messages: dict[type, Message] = {}
        self._frames: dict[str, str] = {}

    def take(self, message: Message) -> str:
        """Keep a message in place of the one before it; its frame."""
        frame = to_json(message)
        self._messages[type(message)] = message
        self._frames[message.type] = frame
        return frame

    def message(self, kind: type[M]) -> M | None:
        """The newest message of a type; None when none was said."""
        found = self._messages.get(kind)
        return found if isinstance(found, kind) else None

    def frame(self, name: str) -> str | None:
        """The newest frame by the name of its type, such as "house"."""
        return self._frames.get(name)

    def frames(self) -> dict[str, str]:
        """The newest frame of each type, in the order in which the types were first said."""
        return dict(self._frames)
