"""What the batteries are told, and why: proposals → power → setpoints. Also what is asked of dm and given to the cars.

In: the battery app's state. Out: the same with setpoints, claim, help and reason in it.
"""

from lib.core.cellar import Storage, StorageRules


def dispatched(storage: Storage, rules: StorageRules, *, replans: bool = True) -> Storage:
    """The state with what the batteries are told; replans: the plan may be worked out anew."""
    raise NotImplementedError
