"""The check value of the ledger's document key, in the ledger's row. The key itself is in no row.

Whoever opens a ledger first says which key is its own. Where the check value is missing in a
database that has been worked with, the oldest paper on record has a word in it.
"""

from sqlalchemy import select, update

from receipts_ledger.domain.content import canonical_identifier, fingerprint
from receipts_ledger.domain.document_key import check_value, is_check_value_of
from receipts_ledger.store.tables import chain, contents
from receipts_ledger.store.units import Database, Reader

_VALUE = select(chain.c.document_key_check)
_AGREEMENTS = (
    select(contents.c.body).where(contents.c.kind == "terms").order_by(contents.c.created_at)
)


def is_key_of_ledger(database: Database, key: bytes) -> bool:
    """Tell whether a key is the document key of the ledger whose index has begun here.

    Where there is no check value yet, and no paper on record says otherwise, it becomes so. Of
    processes that come with several keys at once, one is right.
    """
    with database.reading() as reader:
        kept = reader.scalar(_VALUE)
        if kept is None and not _fits_papers(reader, key):
            return False
    if kept is not None:
        return is_check_value_of(key, kept)
    made = check_value(key)
    with database.writing() as writer:
        unset = update(chain).where(chain.c.document_key_check.is_(None))
        if writer.run(unset.values(document_key_check=made)):
            return True
        kept = writer.scalar(_VALUE)
    return is_check_value_of(key, kept)


def _fits_papers(reader: Reader, key: bytes) -> bool:
    for (body,) in reader.stream(_AGREEMENTS):
        match body.get("documents"):
            # Terms of other acts are free in what they hold under this name.
            case [{"kind": str(kind), "identifier": str(paper), "fingerprint": str(mark)}, *_]:
                if canonical_identifier(paper):
                    return "0x" + fingerprint(kind, paper, key=key).hex() == mark
            case _:
                continue
    return True
