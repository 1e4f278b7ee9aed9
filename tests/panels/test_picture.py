"""The picture for the README."""

from lib.panels.picture import picture
from tests.panels import story
from tests.panels.golden import golden


async def test_the_same_messages_give_the_same_picture() -> None:
    """Byte for byte, as it was."""
    found = await picture(story.new_peak().told(demo=True), (120, 40))
    assert found == await picture(story.new_peak().told(demo=True), (120, 40))
    assert golden("picture_120x40.svg", found) == found


async def test_a_picture_loads_nothing_from_elsewhere() -> None:
    """No font, no script: only the names of the SVG language."""
    found = await picture(story.four_days().told(), (80, 24))
    links = {part.split('"')[0] for part in found.split('"')[1::2] if part.startswith("http")}
    assert {"http://www.w3.org/2000/svg"} == links
    assert "url(http" not in found.replace('"', "")
