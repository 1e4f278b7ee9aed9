"""What ev says is proposed: a power plant holds the garage, somebody shares out a carport, the drive is the house's."""

from lib.messages.proposals import ProposalNow, Proposals, Rung, TargetNow

GARAGE = TargetNow(
    name="garage",
    kind="charger",
    low_w=0.0,
    high_w=11_040.0,
    band_high_w=4_140.0,
    target_w=5_000.0,
    decided="surplus",
    proposals=(
        ProposalNow(source="vpp", priority=500, low_w=0.0, high_w=5_000.0, for_s=43.4),
        ProposalNow(source="plan", priority=100, low_w=7_360.0),
        ProposalNow(source="surplus", priority=50, wish_w=2_300.0),
    ),
    rungs=(
        Rung(priority=500, low_w=0.0, high_w=11_040.0, low_by="system", high_by="system"),
        Rung(priority=100, low_w=0.0, high_w=5_000.0, low_by="system", high_by="vpp"),
        Rung(priority=50, low_w=5_000.0, high_w=5_000.0, low_by="plan", high_by="vpp"),
    ),
)
CARPORT = TargetNow(
    name="carport",
    kind="circuit",
    low_w=0.0,
    high_w=22_080.0,
    target_w=8_000.0,
    decided="myscript",
    proposals=(ProposalNow(source="myscript", priority=50, wish_w=8_000.0, for_s=60.0),),
    rungs=(Rung(priority=50, low_w=0.0, high_w=22_080.0, low_by="system", high_by="system"),),
    shares={"left": 4_140.0, "right": 0.0},
)
DRIVE = TargetNow(name="drive", kind="charger", target_w=0.0)
PROPOSALS = Proposals(boot="e1", seq=1, targets=(DRIVE, CARPORT, GARAGE))
