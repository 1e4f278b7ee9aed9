"""The cable's failures look like those of real cables."""

from lib.sim.cable import Cable
from lib.sim.telegram import telegram
from lib.sim.world import World
from tests.sim.stream import whole


def test_a_cable_that_is_out_is_silent(house: World) -> None:
    """Not a byte, and all of them again when it is in."""
    cable, told = Cable(), telegram(house.show())
    cable.plugged = False
    assert cable.carry(told) == b""
    cable.plugged = True
    assert told == cable.carry(told)


def test_noise_flips_bits_and_lets_some_telegrams_through(house: World) -> None:
    """Of 200 telegrams some arrive whole and some do not; none changes its length, and the seed decides which."""
    told = telegram(house.show())
    arrived = []
    for _ in range(2):
        cable = Cable(seed=3)
        cable.noisy = True
        arrived.append([cable.carry(told) for _ in range(200)])
    good = len(whole(b"".join(arrived[0])))
    assert 40 < good < 120
    assert good == arrived[0].count(told)
    assert {len(told)} == {len(one) for one in arrived[0]}
    assert arrived[0] == arrived[1]
