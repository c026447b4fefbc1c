"""What came of comparing the contract's storage with what the events add up to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordDifference:
    """A stored word that is not what the events say. `subject` names what it is about."""

    subject: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class StorageComparison:
    """`words` have been compared, proved against the header's state root or only asked for.

    `is_complete` says whether the storage holds nothing but these words, None when it cannot
    be told. `receipts_open` and `pools` count those whose words agree.
    """

    words: int
    is_proved: bool
    is_complete: bool | None
    differences: tuple[WordDifference, ...]
    receipts_open: int
    pools: int
