"""~/secrets.json: read, refused with a sentence, and written without losing anything."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib import secrets as parts
from lib.secrets import Secrets, SecretsError, Tokens, door_tokens, keep_secret, load_secrets, secrets_path
from tests.waiting import LIMIT_S

VIEW, CONTROL = "v" * 40, "c" * 40
DOOR = {"view": VIEW, "control": CONTROL}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is, or will be."""
    return tmp_path / "secrets.json"


def put(path: Path, content: object, *, mode: int = 0o600) -> bytes:
    """A file of an owner; its bytes."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)
    path.chmod(mode)
    return data


def refused(path: Path) -> str:
    """The sentence for a file that cannot be used, which stays as it is, whoever asks."""
    before = path.read_bytes() if path.is_file() else None
    said: set[str] = set()
    for ask in (load_secrets, door_tokens):
        with pytest.raises(SecretsError) as error:
            ask(path)
        said.add(str(error.value))
    assert before == (path.read_bytes() if path.is_file() else None)
    assert 1 == len(said)
    [sentence] = said
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def test_no_file_is_no_secret(path: Path) -> None:
    """The meter itself needs none."""
    assert Secrets() == load_secrets(path)
    assert not path.exists()


def test_what_the_file_holds(path: Path) -> None:
    """Empty texts and null are what is not there; keys of other programs are let be."""
    put(
        path,
        {
            "about": "x",
            "door": DOOR,
            "homewizard": "AA",
            "homewizard@10.0.0.7": "BB",
            "entsoe": "",
            "mqtt": None,
            "google": {"a": 1},
            "audi": "CC",
        },
    )
    others = {"homewizard": "AA", "homewizard@10.0.0.7": "BB", "audi": "CC"}
    assert Secrets(door=Tokens(view=VIEW, control=CONTROL), others=others) == load_secrets(path)
    put(path, b"\xef\xbb\xbf{}")  # as some editors write
    assert Secrets() == load_secrets(path)


def test_no_value_is_ever_shown(path: Path) -> None:
    """Not when a program prints what it has."""
    put(path, {"door": DOOR, "homewizard": "AAAA", "entsoe": "BBBB", "mqtt": "CCCC"})
    shown = f"{load_secrets(path)!r} {load_secrets(path)} {door_tokens(path)!r} {door_tokens(path)}"
    assert [] == [value for value in (VIEW, CONTROL, "AAAA", "BBBB", "CCCC") if value in shown]


def test_the_first_start_makes_two_tokens_and_the_next_finds_them(path: Path) -> None:
    """They cannot be guessed, and nobody else can read them."""
    made = door_tokens(path)
    assert made == door_tokens(path) == load_secrets(path).door
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert min(len(made.view), len(made.control)) >= 43
    assert made.view != made.control
    assert ["secrets.json"] == [entry.name for entry in path.parent.iterdir()]
    content = json.loads(path.read_text())
    assert ["about", "door"] == list(content)


def test_all_else_in_the_file_is_kept(path: Path) -> None:
    """In its order, whatever it is; a token that the owner has already too."""
    before = {"z": [1, 2.5, None, True, "é€"], "door": {"view": VIEW, "mine": 1}, "mqtt": "CCCC", "a": {"b": "\ud800"}}
    put(path, before)
    path.chmod(0o400)
    made = door_tokens(path)
    assert VIEW == made.view
    after = json.loads(path.read_text())
    assert {**before, "door": {"view": VIEW, "mine": 1, "control": made.control}} == after
    assert list(before) == list(after)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_kept_beside_the_others(path: Path) -> None:
    """In a file that is there or not, and never in one that cannot be used."""
    keep_secret(path, "homewizard@10.0.0.7", "AA")
    made = door_tokens(path)
    keep_secret(path, "mqtt", "é")
    keep_secret(path, "mqtt", "CC")
    assert Secrets(door=made, others={"homewizard@10.0.0.7": "AA", "mqtt": "CC"}) == load_secrets(path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    before = put(path, b"{broken")
    with pytest.raises(SecretsError, match="line 1"):
        keep_secret(path, "mqtt", "CC")
    assert before == path.read_bytes()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o660, 0o644, 0o666, 0o601])
def test_a_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    """With what mends it."""
    put(path, {"door": DOOR}, mode=mode)
    assert f"may be read by others; chmod 600 {path}" == refused(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: Expecting value"),
        (b'{\n  "door": {\n    "view": "x"\n    "control": "y"\n  }\n}', "line 4: Expecting ',' delimiter"),
        (b"[]", "holds a list; it begins with { and ends with }"),
        (b"7", "holds a number; it begins with { and ends with }"),
        (b"\xff\xfe{", "is no text in UTF-8; save it as such"),
        (b'{"door": 1, "door": 2}', "door stands there twice; delete one"),
        (b'{"a": NaN}', "is no JSON that can be kept"),
        (b'{"a": 1e999}', "is no JSON that can be kept"),
        (b'{"a": ' * 20_000, "is longer than 65536 bytes; that is no file of secrets"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "is no JSON that can be kept"),
        (b'{"door": []}', 'door is a list; allowed is {"view": "…", "control": "…"}'),
        (b'{"door": {"view": 7}}', "door.view is a number; allowed is a text"),
        (b'{"door": {"view": "short"}}', "door.view is no token: 32 letters, digits or -._~ at least; delete it"),
        (b'{"door": {"control": "' + b"a b" * 20 + b'"}}', "door.control is no token: 32 letters, digits or -._~"),
        (json.dumps({"door": {"view": "é" * 40}}).encode(), "door.view is no token"),
        (json.dumps({"door": {"view": VIEW, "control": VIEW}}).encode(), "door.view and door.control are the same"),
        (b'{"homewizard": true}', "homewizard is true or false; allowed is a text"),
        (b'{"homewizard@pi": 7}', "homewizard@pi is a number; allowed is a text"),
        (b'{"entsoe": {}}', "entsoe is an object; allowed is a text"),
        (b'{"mqtt": ["CCCC"]}', "mqtt is a list; allowed is a text"),
        (b'{"google_service_account": {"private_key": "CCCC"}}', "google_service_account is an object; allowed is a"),
        (b'{"google_token": {"refresh_token": "CCCC"}}', "google_token is an object; allowed is a text"),
        (b'{"nrgkick@10.0.0.9": 7}', "nrgkick@10.0.0.9 is a number; allowed is a text"),
        (b'{"eu_data_act": true}', "eu_data_act is true or false; allowed is a text"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_broken_file_is_one_sentence_and_stays_as_it_is(path: Path, content: bytes, said: str) -> None:
    """It names the key or the line, never a value."""
    put(path, content)
    assert refused(path).startswith(said)


def test_what_is_no_file_of_ours_is_refused(path: Path, tmp_path: Path) -> None:
    """A link, also one to nowhere; a folder; a pipe, which nobody waits at."""
    real = tmp_path / "real.json"
    put(real, {"door": DOOR})
    path.symlink_to(real)
    assert "is a link; put the file itself there" == refused(path)
    real.unlink()
    assert "is a link; put the file itself there" == refused(path)
    path.unlink()
    path.mkdir()
    assert "is no file; move it away" == refused(path)
    path.rmdir()
    os.mkfifo(path, 0o600)
    assert "is no file; move it away" == refused(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(path: Path) -> None:
    """Who owns it could change it."""
    put(path, {"door": DOOR})
    os.chown(path, 12_345, -1)
    assert f"belongs to somebody else; sudo chown $USER {path}" == refused(path)


def test_a_home_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """As is one that is a file."""
    (tmp_path / "file").write_text("")
    for folder in ("nowhere", "file"):
        path = tmp_path / folder / "secrets.json"
        with pytest.raises(SecretsError, match=r"nowhere writable|cannot be read"):
            door_tokens(path)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk that is full."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk of its own needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing(full_disk: Path) -> None:
    """The old file is there, whole, and no half of a new one."""
    path = full_disk / "secrets.json"
    before = put(path, {"mqtt": "CCCC", "long": "x" * 9000})
    with pytest.raises(OSError, match="No space"):
        (full_disk / "filler").write_bytes(b"x" * 100_000)
    with pytest.raises(SecretsError, match=r"cannot be written: No space left on device; make .* writable"):
        door_tokens(path)
    assert before == path.read_bytes()
    assert {"secrets.json", "filler"} == {entry.name for entry in full_disk.iterdir()}


def test_what_a_cut_off_start_left_is_no_hindrance(path: Path) -> None:
    """Nor is it a way to have somebody else's file written over."""
    other = path.with_name("other")
    other.write_text("precious")
    path.with_name(".secrets.json.new").symlink_to(other)
    assert door_tokens(path) == door_tokens(path)
    assert "precious" == other.read_text()


def test_programs_that_start_together_get_the_same_tokens(path: Path) -> None:
    """Three programs of one house, in the same instant."""
    code = (
        "import sys; from pathlib import Path; from lib.secrets import door_tokens; "
        "print(door_tokens(Path(sys.argv[1])).view)"
    )

    def start(_: int) -> str:
        root = Path(parts.__file__).parents[1]
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=True,
        )
        return done.stdout.strip()

    with ThreadPoolExecutor(6) as pool:
        said = set(pool.map(start, range(6)))
    door = load_secrets(path).door
    assert door
    assert {door.view} == said


def test_a_folder_that_another_holds_is_waited_for_only_so_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that hangs there stops no other for ever."""
    monkeypatch.setattr(parts, "LOCK_S", 0.1)
    with parts._alone(path), pytest.raises(SecretsError, match="another program holds"):
        door_tokens(path)
    assert load_secrets(path).door is None
    assert len(door_tokens(path).view) > 40


def test_where_the_file_is() -> None:
    """In the home of who runs the program, unless it is said."""
    assert Path("/home/pi/secrets.json") == secrets_path({"HOME": "/home/pi"})
    assert Path("/etc/dm/s.json") == secrets_path({"HOME": "/home/pi", "DM_SECRETS": "/etc/dm/s.json"})
    assert "secrets.json" == secrets_path({}).name


def test_the_template_shows_every_secret_and_can_be_taken_as_it_is(path: Path) -> None:
    """Empty as it is, it holds nothing; a second way to write one secret need not be shown."""
    template = json.loads((Path(parts.__file__).parents[1] / "_secrets.json").read_text())
    put(path, template)
    assert Secrets() == load_secrets(path)
    assert parts.OTHERS - {"google_client_id", "google_client_secret"} == template.keys() - parts.NO_SECRETS
