"""How a box asks for a password without being told it: HTTP digest, RFC 7616. Knows no box."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

PART = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


@dataclass(slots=True)
class Digest:
    """Of one box: who may ask, and what was given out to prove it with."""

    user: str
    password: str
    realm: str
    algorithm: Literal["SHA-256", "MD5"] = "SHA-256"
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def challenge(self) -> str:
        """For WWW-Authenticate."""
        return f'Digest qop="auth", realm="{self.realm}", nonce="{self.nonce}", algorithm={self.algorithm}'

    def proves(self, method: str, path: str, authorization: str) -> bool:
        """Whether a question with this header comes from who knows the password."""
        said = {name: quoted or plain for name, quoted, plain in PART.findall(authorization)}
        if not authorization.startswith("Digest ") or said.get("nonce") != self.nonce or said.get("uri") != path:
            return False
        known = self._hash(f"{self.user}:{self.realm}:{self.password}")
        asked = self._hash(f"{method}:{path}")
        count, own = said.get("nc", ""), said.get("cnonce", "")
        return said.get("response") == self._hash(f"{known}:{self.nonce}:{count}:{own}:auth:{asked}")

    def _hash(self, text: str) -> str:
        if self.algorithm == "MD5":
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return hashlib.sha256(text.encode()).hexdigest()
