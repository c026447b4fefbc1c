"""One MetaData, and how constraints are named and states are checked. No table lives here."""

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, MetaData

# Named by rule, so that a migration can name what it drops on either engine.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, states: Sequence[str]) -> CheckConstraint:
    """Return the constraint that holds a state column to its states."""
    listed = ", ".join(f"'{state}'" for state in states)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
